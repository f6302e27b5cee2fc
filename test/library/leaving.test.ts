import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { readEvents, type SseEvent } from '../cluster/sse.ts';
import { messagesOf, openSession, textOf, type WireSession } from '../cluster/wire.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type BuiltPod, startBuild } from './builds.ts';
import { call as callModern } from './modern-call.ts';

const BUILD = { versions: ['v2'] };
const LEASE_MS = 1000;

let redis: RedisServer;
let ran: string[] = [];
let held: Promise<void> | undefined;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  ran = [];
  held = undefined;
  for (const close of closing.splice(0).reverse()) await close();
});

/** Its tool is not safe to run twice, and takes longer than other pods need to find an orphan. */
async function createCharging(): Promise<McpServer> {
  await held;
  const server = new McpServer({ name: 'charging', version: '1' });
  server.registerTool('charge', {}, async () => {
    ran.push('charge');
    await delay(2 * LEASE_MS);
    return { content: [{ type: 'text', text: 'charged' }] };
  });
  return server;
}

interface Listening extends BuiltPod {
  readonly url: URL;
}

async function startListening(): Promise<Listening> {
  const pod = await startBuild({ redisUrl: redis.url, leaseMs: LEASE_MS, createServer: createCharging }, BUILD);
  const listener = createServer(pod.anypod.handler).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  closing.push(() => {
    listener.close();
    listener.closeAllConnections();
    return pod.leave();
  });
  return { ...pod, url: new URL(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`) };
}

/** Sends a call of `charge` whose last byte comes later. */
function beginCall({ url }: Listening, session: Pick<WireSession, 'headers'>) {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'charge' } });
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const writer = body.writable.getWriter();
  const encoder = new TextEncoder();
  const headers = {
    ...session.headers,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  void writer.write(encoder.encode(text.slice(0, -1)));
  const init = { method: 'POST', headers, body: body.readable, duplex: 'half' };
  const response = fetch(url, init);
  return {
    response,
    async finish() {
      await writer.write(encoder.encode(text.slice(-1)));
      await writer.close();
    },
  };
}

/** Redis answers nobody for a while. */
async function pauseRedis(): Promise<void> {
  const admin = new Redis(redis.url);
  await admin.client('PAUSE', 500, 'ALL');
  admin.disconnect();
}

const untilBusy = ({ anypod }: Listening) => eventually(() => expect(anypod.busy).toBe(1));

/** Resolves when the pod refuses sessions, those that it does not know included. */
const untilGone = ({ url }: Listening) =>
  eventually(async () => {
    const headers = { 'content-type': 'application/json', accept: '*/*', 'mcp-session-id': 'unknown' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(503);
  });

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  const [message] = await messagesOf(response);
  expect(message?.error?.data).toEqual({ reason: 'draining' });
  expect(ran).toEqual([]);
}

it('waits for a call whose body is still on its way [pod.drain.arriving]', async () => {
  const [leaving] = [await startListening(), await startListening()];
  const session = await openSession(leaving.url);
  const call = beginCall(leaving, session);
  await untilBusy(leaving);
  const left = leaving.leave();
  await call.finish();
  const messages = await messagesOf(await call.response);
  expect(textOf(messages.at(-1))).toBe('charged');
  expect(ran).toEqual(['charge']);
  await left;
});

it('waits for a call whose session Redis has not brought yet [pod.drain.arriving]', async () => {
  const [leaving, other] = [await startListening(), await startListening()];
  const session = await openSession(other.url);
  await pauseRedis();
  const response = session.call(leaving.url, 1, 'charge');
  await untilBusy(leaving);
  const left = leaving.leave();
  const messages = await messagesOf(await response);
  expect(textOf(messages.at(-1))).toBe('charged');
  await left;
});

it('ends a standing stream that is still being opened, and does not wait for its client [pod.drain.arriving]', async () => {
  const [leaving, other] = [await startListening(), await startListening()];
  const session = await openSession(other.url);
  await pauseRedis();
  const opening = session.listen(leaving.url);
  await untilBusy(leaving);
  const left = leaving.leave();
  let last: SseEvent | undefined;
  for await (const event of readEvents(await opening)) last = event;
  expect(last?.retry).toBeGreaterThan(0);
  await left;
});

it('refuses a call that arrives when it has gone, and never runs it [pod.drain.gone]', async () => {
  const leaving = await startListening();
  const session = await openSession(leaving.url);
  const call = beginCall(leaving, session);
  await untilBusy(leaving);
  await leaving.anypod.close();
  await call.finish();
  await expectRefused(await call.response);
});

it('refuses a call whose server is built when it has gone, and never runs it [pod.drain.gone]', async () => {
  const [leaving, other] = [await startListening(), await startListening()];
  const session = await openSession(other.url);
  let build = () => {};
  held = new Promise((resolve) => {
    build = resolve;
  });
  const response = session.call(leaving.url, 1, 'charge');
  await untilBusy(leaving);
  const closed = leaving.anypod.close();
  await untilGone(leaving);
  build();
  await expectRefused(await response);
  await closed;
});

it('refuses a 2026-07-28 call that arrives when it has gone [pod.drain.gone]', async () => {
  const leaving = await startListening();
  await leaving.anypod.close();
  await expectRefused(await callModern(leaving.anypod, 'charge'));
});

it('refuses calls that arrive while it closes, and never runs them [pod.drain.gone]', async () => {
  const leaving = await startListening();
  const session = await openSession(leaving.url);
  const closed = leaving.anypod.close();
  const headers = { ...session.headers, 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'charge' } });
  const answers = [
    leaving.anypod.fetch(new Request(leaving.url, { method: 'POST', headers, body })),
    callModern(leaving.anypod, 'charge'),
  ];
  for (const answer of answers) await expectRefused(await answer);
  await closed;
});
