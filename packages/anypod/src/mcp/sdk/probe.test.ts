import * as sdk from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { createServerBuilder } from './build-server.ts';
import { probeFactory } from './probe.ts';
import type { ServerSdk } from './sdk.ts';
import type { UserServer } from './user-server.ts';

const info = { name: 'test', version: '1' };
const probe = (createServer: () => UserServer, withinMs = 10_000) =>
  probeFactory(createServerBuilder(createServer, 10_000), sdk as unknown as ServerSdk, withinMs);

function proxy(answer: () => Promise<never> | object): UserServer {
  const server = new sdk.Server(info, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', answer as never);
  return server;
}

it('does not know the tools of a server that does not list them in time [host.factory.no-list]', async () => {
  const never = () => proxy(() => new Promise<never>(() => undefined));
  expect(await probe(never, 20)).toMatchObject({ modern: true, tools: undefined });
});

it('treats a list that fails as an empty list', async () => {
  const failing = () => proxy(() => Promise.reject(new Error('upstream is away')));
  expect((await probe(failing)).tools).toEqual([]);
});

it('refuses a server that does not answer initialize', async () => {
  const mute = () => {
    const server = new sdk.McpServer(info);
    server.server.setRequestHandler('initialize', () => new Promise<never>(() => undefined));
    return server;
  };
  await expect(probe(mute, 20)).rejects.toMatchObject({ code: 'factory_failed', message: /did not answer/ });
});

it('refuses a server that cannot be connected', async () => {
  const closed = () =>
    Object.assign(new sdk.McpServer(info), { connect: () => Promise.reject(new Error('not today')) });
  await expect(probe(closed)).rejects.toMatchObject({ code: 'factory_failed', message: /cannot be connected/ });
});

it('does not wait for a server that never closes', async () => {
  const open = () => Object.assign(new sdk.McpServer(info), { close: () => new Promise<void>(() => undefined) });
  expect((await probe(open, 20)).tools).toEqual([]);
});
