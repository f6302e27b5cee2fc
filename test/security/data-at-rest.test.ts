import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAnypod } from '../cluster/command.ts';
import { MODERN_META, postModern } from '../cluster/modern-wire.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { beginTask, getTask, isOver, send, taskWhen } from '../cluster/task-wire.ts';
import { messagesOf, openSession, textOf, type WireSession } from '../cluster/wire.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { dump, type Stored, sentToRedis } from './redis-dump.ts';

const MODULE = fileURLToPath(new URL('fixture-canary.ts', import.meta.url));
const A = 'a-payload-key-for-tests-of-32-bytes-A';
const B = 'b-payload-key-for-tests-of-32-bytes-B';
const C = 'c-payload-key-for-tests-of-32-bytes-C';

let redis: RedisServer;
const pods: Pod[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await Promise.all(pods.map((pod) => pod.stop()));
  await redis.stop();
});

/** A pod with these payload keys; empty: none. */
async function start(keys: string): Promise<Pod> {
  const env = { ANYPOD_PAYLOAD_KEYS: keys, ANYPOD_LEASE: '2000', ANYPOD_DRAIN_TIMEOUT: '1000' };
  const pod = await startPod({ module: MODULE, redisUrl: redis.url, env });
  pods.push(pod);
  return pod;
}

const urlOf = ({ url }: Pod) => new URL(url);

/** What a client and a server can leave in Redis. The tools of the fixture say the rest. */
const CANARIES = [
  'client',
  'method',
  'params',
  'uri',
  'key',
  'value',
  'handle',
  'tool',
  'title',
  'log',
  'argument',
  'progress',
  'result',
  'question',
  'answer',
  'reason',
  'once',
  'parked',
  'task-argument',
  'task-name',
  'task-question',
  'task-state',
  'task-answer',
  'task-result',
].map((kind) => `canary-${kind}`);

/** Leaves every kind of content in Redis. Returns everything that was there meanwhile. */
async function fill(a: URL, b: URL): Promise<readonly Stored[]> {
  const seen: Stored[] = [];
  const look = async () => void seen.push(...(await dump(redis.url)));
  const session = await openSession(a, { name: 'canary-client' });
  const request = async (id: number, method: string, params: object) =>
    messagesOf(await session.send(a, { jsonrpc: '2.0', id, method, params }));
  const notify = async (method: string, params: object) => {
    await session.send(b, { jsonrpc: '2.0', method, params });
  };
  await notify('notifications/initialized', {});
  await notify('x/canary-method', { of: 'canary-params' });
  await request(1, 'logging/setLevel', { level: 'critical' });
  await request(2, 'resources/subscribe', { uri: 'note://canary-uri' });
  await messagesOf(await session.call(a, 3, 'keep'));
  await look();
  await work(session, a, b);
  await look();
  await ask(session, a, b);
  await look();
  await cancel(session, a, b);
  await once(a);
  await park(a, b);
  await look();
  await task(a, b, look);
  await look();
  return seen;
}

async function work(session: WireSession, a: URL, b: URL): Promise<void> {
  const stream = readStream(await session.call(a, 'w', 'work', { text: 'canary-argument' }, 'token'));
  await stream.until(({ params }) => params?.['progress'] === 1);
  await stream.cut();
  const rest = await readStream(await session.listen(b, lastEventId(stream.events))).rest();
  expect(textOf(rest.at(-1))).toBe('canary-result');
}

async function ask(session: WireSession, a: URL, b: URL): Promise<void> {
  const asking = readStream(await session.call(a, 'a', 'ask'));
  const { id } = await asking.until(({ method }) => method === 'elicitation/create');
  await session.send(b, {
    jsonrpc: '2.0',
    id: id as string,
    result: { action: 'accept', content: { answer: 'canary-answer' } },
  });
  expect(textOf((await asking.rest()).at(-1))).toBe('canary-answer');
}

async function cancel(session: WireSession, a: URL, b: URL): Promise<void> {
  const stream = readStream(await session.call(a, 'c', 'work', {}, 'token'));
  await stream.until(({ params }) => params?.['progress'] === 1);
  const params = { requestId: 'c', reason: 'canary-reason' };
  await session.send(b, { jsonrpc: '2.0', method: 'notifications/cancelled', params });
  await stream.rest();
}

async function once(a: URL): Promise<void> {
  const _meta = { 'anypod/idempotencyKey': 'a-key-of-at-least-16-characters' };
  const params = { name: 'once', arguments: {}, _meta };
  expect(textOf((await messagesOf(await postModern(a, 'tools/call', params)))[0])).toBe('canary-once');
}

async function park(a: URL, b: URL): Promise<void> {
  const _meta = { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const first = { name: 'ask', arguments: {}, _meta };
  const [asked] = await messagesOf(await postModern(a, 'tools/call', first));
  const [question = ''] = Object.keys((asked?.result?.['inputRequests'] ?? {}) as object);
  const answers = { [question]: { action: 'accept', content: { answer: 'canary-parked' } } };
  const second = { ...first, inputResponses: answers, requestState: asked?.result?.['requestState'] };
  expect(textOf((await messagesOf(await postModern(b, 'tools/call', second))).at(-1))).toBe('canary-parked');
}

async function task(a: URL, b: URL, look: () => Promise<void>): Promise<void> {
  const { taskId } = await beginTask(a, 'task', { text: 'canary-task-argument' });
  const { inputRequests = {} } = await taskWhen([a, b], taskId, ({ status }) => status === 'input_required');
  await look();
  const [question = ''] = Object.keys(inputRequests);
  const answer = { action: 'accept', content: { answer: 'canary-task-answer' } };
  await send(b, 'tasks/update', { taskId, inputResponses: { [question]: answer } });
  const { result } = await taskWhen([a, b], taskId, isOver);
  expect(result?.content[0]?.text).toContain('canary-task-result');
}

const textIn = (stored: readonly Stored[]) => stored.map(({ at, text }) => `${at}: ${text}`).join('\n');

/** Ids, times, counts, and words of anypod itself. Content would have a space, a brace or a slash somewhere. */
const ID = /^[\w.:{}@-]*$/;
const SEALED = new RegExp(`^(?:\\d+:|first-\\d+:|[svqa]:)?${String.fromCharCode(2)}[\\w-]+$`);

/** Whether a text is sealed, or of the kind that is not. */
function isHidden({ at, text }: Stored): boolean {
  if (at === 'keys' || ID.test(text) || SEALED.test(text)) return true;
  if (text === '{"type":"opened"}') return true;
  try {
    const members = (JSON.parse(text) as unknown[]).flat();
    return members.every((member) => typeof member === 'number' || isHidden({ at, text: member as string }));
  } catch {
    return false;
  }
}

/** Fills Redis through two pods with these keys. Returns what was sent to it, and what a reader saw there. */
async function watched(keys: string): Promise<{ sent: string; seen: readonly Stored[] }> {
  const [a, b] = await Promise.all([start(keys), start(keys)]);
  let seen: readonly Stored[] = [];
  const sent = await sentToRedis(redis.url, async () => {
    seen = await fill(urlOf(a), urlOf(b));
  });
  await Promise.all([a.stop(), b.stop()]);
  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();
  return { sent, seen };
}

/** Answers are removed as soon as their pod has read them. */
const BRIEF = ['canary-answer', 'canary-task-answer'];

describe('Redis', () => {
  test('has all content in plain sight without ANYPOD_PAYLOAD_KEYS', async () => {
    const { sent, seen } = await watched('');
    expect(CANARIES.filter((canary) => !sent.includes(canary))).toEqual([]);
    const dumped = textIn(seen);
    expect(CANARIES.filter((canary) => !BRIEF.includes(canary) && !dumped.includes(canary))).toEqual([]);
    expect(seen.filter((stored) => !isHidden(stored)).length).toBeGreaterThan(10);
  });

  test('has ids, times and counts only with it [auth.rest.hidden]', async () => {
    const { sent, seen } = await watched(A);
    expect(CANARIES.filter((canary) => sent.includes(canary))).toEqual([]);
    expect(seen.filter((stored) => !isHidden(stored))).toEqual([]);
    expect(seen.filter(({ text }) => SEALED.test(text)).length).toBeGreaterThan(20);
  });
});

describe('pods', () => {
  test('begin to encrypt and change their keys one after the other, and lose nothing [auth.rest.rotation] [auth.rest.unreadable]', async () => {
    const off = await start('');
    const session = await openSession(urlOf(off));
    const json = async (pod: Pod, name: string, text: string) => {
      const [message] = await messagesOf(await session.call(urlOf(pod), name, name, { text }));
      return JSON.parse(textOf(message)) as unknown;
    };
    const [kept] = await messagesOf(await session.call(urlOf(off), 1, 'keep'));
    const stream = readStream(await session.call(urlOf(off), 'w', 'work', {}, 'token'));
    await stream.until(({ params }) => params?.['progress'] === 1);
    await stream.cut();
    const { taskId } = await beginTask(urlOf(off), 'task', {});
    const all: string[] = [];
    const use = async (pod: Pod, value: string) => {
      all.push(value);
      expect(await json(pod, 'remember', value), value).toEqual(all);
      expect(await json(pod, 'kept', textOf(kept))).toEqual(['canary-value', 'canary-handle']);
      const rest = await readStream(await session.listen(urlOf(pod), lastEventId(stream.events))).rest();
      expect(
        rest.map((message) => message.params?.['progress'] ?? textOf(message)),
        value,
      ).toEqual([2, 3, 'canary-result']);
      expect(await getTask(urlOf(pod), taskId)).toMatchObject({ status: 'input_required' });
    };
    await use(off, 'off');
    const listing = await start(`plain,${A}`);
    await use(listing, 'listed');
    await use(off, 'off, beside one that lists a key');
    await off.stop();
    const sealing = await start(`${A},plain,${B}`);
    await use(sealing, 'sealing');
    await use(listing, 'listed, beside one that seals');
    await listing.stop();
    const rotated = await start(`${B},${A},plain`);
    await use(rotated, 'rotated');
    await use(sealing, 'sealing, beside one with another key');
    await sealing.stop();
    await use(rotated, 'rotated, alone');

    // A pod with other keys does not start beside it.
    await expect(start(C)).rejects.toThrow(
      /ANYPOD_PAYLOAD_KEYS: this pod seals with \S+, and opens \S+\. A living pod/,
    );
    await rotated.stop();

    // Where no pod is left, it starts, and says of each thing that it cannot read it.
    const stranger = await start(C);
    const refused = {
      status: 500,
      reason: 'payload_unreadable',
      message: expect.stringContaining('ANYPOD_PAYLOAD_KEYS'),
    };
    const at = urlOf(stranger);
    expect(await refusal(await session.call(at, 1, 'kept'))).toEqual(refused);
    expect(await refusal(await session.listen(at))).toEqual(refused);
    expect(await refusal(await session.listen(at, lastEventId(stream.events)))).toEqual(refused);
    expect(await send(at, 'tasks/get', { taskId })).toMatchObject({
      error: { code: -32603, message: refused.message },
    });
    const other = await openSession(at);
    expect(textOf((await messagesOf(await other.call(at, 1, 'remember', { text: 'x' })))[0])).toBe('["x"]');
    expect((await session.end(at)).status).toBe(500);

    // So do the commands.
    const look = (...args: string[]) => runAnypod(...args, '--redis', redis.url);
    const without = { stdout: '', stderr: expect.stringContaining('ANYPOD_PAYLOAD_KEYS') };
    expect(await look('sessions', 'list')).toEqual({ code: 3, ...without });
    expect(await look('tasks', 'list')).toEqual({ code: 0, stdout: expect.stringContaining(taskId), stderr: '' });
    const listed = await look('sessions', 'list', '--json', '--payload-keys', `${C},plain`);
    expect(JSON.parse(listed.stdout)).toMatchObject({ sessions: [{ client: 'wire 1.2.3' }, { client: 'wire 1.2.3' }] });
    expect(stranger.logs()).not.toMatch(/"level":"(?:error|fatal)"/);
  });
});

/** The status of an answer, and what its error says. */
async function refusal(response: Response) {
  const [message] = await messagesOf(response);
  const { message: sentence, data } = message?.error ?? { message: 'no error' };
  return { status: response.status, message: sentence, reason: (data as { reason?: string } | undefined)?.reason };
}
