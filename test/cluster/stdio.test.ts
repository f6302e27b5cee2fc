import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { startChild } from '../lib/child.ts';
import { FIXTURE, useDeployment } from './deployment.ts';

const ANYPOD = fileURLToPath(new URL('../../packages/anypod/src/cli/main.ts', import.meta.url));
const NOISY = fileURLToPath(new URL('fixture-noisy.ts', import.meta.url));
const WITHIN = { timeout: 30_000 };
const ADA = { action: 'accept', content: { name: 'Ada' } } as const;

const deployment = useDeployment();

const host = (...args: string[]) => ({ command: process.execPath, args: [ANYPOD, ...args], stderr: 'pipe' as const });

async function connect(...args: string[]) {
  const client = new Client({ name: 'host', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ADA);
  const notified: string[] = [];
  client.fallbackNotificationHandler = async ({ method }) => void notified.push(method);
  const transport = new StdioClientTransport(host(...args));
  await client.connect(transport);
  const call = async (name: string, more: Record<string, unknown> = {}, options = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: more }, undefined, options)).content);
  return { client, call, notified, transport };
}

async function connectModern(...args: string[]) {
  const client = new ModernClient(
    { name: 'host', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(host(...args)));
  const call = async (name: string, more: Record<string, unknown> = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: more })).content);
  return { client, call };
}

/** Sends the lines, ends the input, and returns every message of the output once the process has ended by itself. */
async function pipe(args: readonly string[], lines: readonly string[]) {
  const child = spawn(process.execPath, [ANYPOD, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(lines.join('\n'));
  const output = await text(child.stdout);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } });
}

describe.each([
  ['anypod stdio <module>', () => ['stdio', FIXTURE]],
  ['anypod connect <url>', () => ['connect', deployment.balancer.href]],
])('%s', (_name, args) => {
  it('serves a host of a revision with sessions: lists, calls, progress, questions, what the server says by itself', async () => {
    const { client, call, notified } = await connect(...args());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call('echo', { text: 'hello' })).toContain('hello');
    const seen: number[] = [];
    await call(
      'slow',
      { steps: 3, ms: 5 },
      { onprogress: ({ progress }: { progress: number }) => seen.push(progress) },
    );
    // The official client drops progress that it reads together with the result.
    expect(seen[0]).toBe(1);
    expect(await call('ask')).toContain('Ada');
    await call('say', { text: 'by itself' });
    await vi.waitFor(() => expect(notified).toContain('notifications/message'), WITHIN);
    await client.close();
  });

  it('serves a host of 2026-07-28', async () => {
    const { client, call } = await connectModern(...args());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call('echo', { text: 'modern' })).toContain('modern');
    await client.close();
  });

  it('passes errors on, and answers a line that is no message', async () => {
    const { client } = await connect(...args());
    await expect(client.readResource({ uri: 'none://at-all' })).rejects.toThrow(/not found|Unknown|none:/i);
    await client.close();
    const lines = ['{"jsonrpc":"2.0"', '[]', '{"jsonrpc":"2.0","id":1,"method":"ping"}'];
    const answers = await pipe(args(), lines);
    expect(answers[0]).toMatchObject({ id: null, error: { code: -32700 } });
    expect(answers[1]).toMatchObject({ id: null, error: { code: -32600 } });
    expect(answers).toHaveLength(3);
    expect(answers[2]).toMatchObject({ id: 1 });
  });
});

describe('anypod stdio', () => {
  it('writes nothing but messages to stdout, and ends with its input', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const call = { name: 'chat', arguments: {} };
    const answers = await pipe(
      ['stdio', NOISY],
      [initialize, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call })],
    );
    expect(answers.map(({ id }) => id)).toEqual([0, 1]);
  });
});

describe('anypod connect', () => {
  it('opens a new session if the endpoint has lost it, with the same level and subscriptions', async () => {
    const { client, call, notified } = await connect('connect', deployment.balancer.href);
    await client.subscribeResource({ uri: 'note://one' });
    expect(await call('whoami')).toContain('elicitation');
    const redis = new Redis(deployment.redisUrl);
    await redis.flushall();
    redis.disconnect();
    for (const pod of deployment.pods) await fetch(pod, { method: 'DELETE' }).catch(() => undefined);
    await vi.waitFor(async () => expect(await call('whoami')).toContain('elicitation'), WITHIN);
    await call('touch', { uri: 'note://one' });
    await vi.waitFor(() => expect(notified).toContain('notifications/resources/updated'), WITHIN);
    await client.close();
  });

  it('names what is wrong with its arguments', async () => {
    const child = startChild(process.execPath, [ANYPOD, 'connect', 'ftp://x', '--header', 'broken', '--what', 'x']);
    expect(await child.exited).toMatchObject({ code: 2 });
    expect(child.logs()).toMatch(/<url>: pass the URL/);
    expect(child.logs()).toMatch(/--header: must be/);
    expect(child.logs()).toMatch(/--what: unknown flag/);
  });
});
