import { McpServer } from '@modelcontextprotocol/server';
import { eventually } from 'anypod/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type Build, type BuiltPod, startBuild } from './builds.ts';

const OLD: Build = { versions: ['v1'] };
const NEW: Build = { versions: ['v2', 'v1'], settleMs: 0 };
const NEXT: Build = { versions: ['v3', 'v2'], settleMs: 0 };
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let redis: RedisServer;
let pods: BuiltPod[];
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  pods = [];
});
afterEach(async () => {
  await Promise.all(pods.map((pod) => pod.leave()));
});

async function start(build: Build): Promise<BuiltPod> {
  const createServer = () => new McpServer({ name: 'versions', version: '1' }, { capabilities: { tools: {} } });
  const pod = await startBuild({ redisUrl: redis.url, leaseMs: 500, createServer }, build);
  pods.push(pod);
  return pod;
}

async function leave(pod: BuiltPod): Promise<void> {
  pods = pods.filter((one) => one !== pod);
  await pod.leave();
}

function post({ anypod }: BuiltPod, message: object, headers = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const init = { method: 'POST', headers: { ...HEADERS, ...headers }, body };
  return anypod.fetch(new Request('http://localhost/mcp', init));
}

/** The id of a new session. */
async function open(pod: BuiltPod): Promise<string> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const response = await post(pod, { method: 'initialize', params });
  return response.headers.get('mcp-session-id') ?? '';
}

async function statusOf(pod: BuiltPod, session: string): Promise<number> {
  return (await post(pod, { method: 'ping' }, { 'mcp-session-id': session })).status;
}

it('an old pod answers 404 to a session of the new version, which a new pod still serves', async () => {
  const one = await start(NEW);
  const session = await open(one);
  expect(session).toMatch(/^v2\./);
  const old = await start(OLD);
  expect(await statusOf(old, session)).toBe(404);
  await eventually(
    'sessions begin where the old pod finds them',
    async () => (await statusOf(old, await open(one))) === 200,
  );
  const other = await start(NEW);
  expect(await statusOf(old, await open(other))).toBe(200);
  expect(await statusOf(other, session)).toBe(200);
  await leave(old);
  await eventually('sessions begin in the new version', async () => (await open(other)).startsWith('v2.'));
});

it('two updates in turn lose no session, though the first and the last build know nothing in common', async () => {
  const old = await start(OLD);
  const first = await open(old);
  const one = await start(NEW);
  expect(await statusOf(one, first)).toBe(200);
  await leave(old);
  await eventually('v2 is used', async () => (await open(one)).startsWith('v2.'));
  const second = await open(one);
  const next = await start(NEXT);
  expect(await statusOf(next, second)).toBe(200);
  expect(await statusOf(one, await open(next))).toBe(200);
  await leave(one);
  await eventually('v3 is used', async () => (await open(next)).startsWith('v3.'));
  expect(await statusOf(next, second)).toBe(200);
});

it.each([
  ['newer', NEXT, OLD],
  ['older', OLD, NEXT],
])('a build that is two versions %s does not start', async (_name, build, living) => {
  await start(living);
  await expect(start(build)).rejects.toMatchObject({ code: 'no_common_version' });
});
