/** What the console's pages show, of three pods and of what stands in Redis. */
import { createServer, type Server } from 'node:net';
import { createRedisStore } from 'anypod/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../services/console/src/metrics/pod-metrics.ts';
import { SERIES } from '../../tools/observability/series.ts';
import { freePort } from '../lib/free-port.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { shortHash } from '../lib/short-hash.ts';
import { type ConsoleProcess, login, startConsole, type Visitor, wordsOf } from './console-process.ts';
import { consoleUsers } from './console-users.ts';
import { FIXTURE } from './deployment.ts';
import { type ServicePod, startServicePod } from './service-pods.ts';
import { eventually, settled } from './settle.ts';
import { beginTask } from './task-wire.ts';
import { messagesOf, openSession } from './wire.ts';

const HOSTILE = '<script>alert(1)</script>"\'&\u202e\u001b[2J';
const SHOWN = '<script>alert(1)</script>"\'&';
const SECRET = 'what users say';
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'crowd', version: '1' } };

let redis: RedisServer;
let pods: readonly ServicePod[] = [];
/** Accepts connections and says nothing. */
let silent: Server;
let console: ConsoleProcess;
let visitor: Visitor;
let client: Redis;

const podAt = (index: number) => new URL(pods[index]?.url ?? '');
const words = async (path: string) => wordsOf((await visitor.get(path)).text);
const hostOf = ({ metrics }: ServicePod) => metrics.slice('http://'.length);

/** The pods take their time to drain, so that the console sees it. */
const options = () => ({
  ...{ module: FIXTURE, redisUrl: redis.url },
  env: { ANYPOD_TASK_TOOLS: JSON.stringify({ wait_cancel: { mode: 'always' } }), ANYPOD_DRAIN_DELAY: '20000' },
});

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
  pods = await Promise.all([1, 2, 3].map(() => startServicePod(options())));
  const port = await freePort();
  silent = createServer(() => undefined).listen(port, '127.0.0.1');
  console = await startConsole({
    ...(await consoleUsers(redis.url)),
    ANYPOD_CONSOLE_PODS: [...pods.map(hostOf), `127.0.0.1:${port}`].join(),
  });
  visitor = await login(console);
});

afterAll(async () => {
  client?.disconnect();
  silent?.close();
  await console?.process.stop();
  await Promise.all(pods.map((pod) => pod.kill9()));
  await redis?.stop();
});

test('the console reads metrics that pods have', () => {
  const names = [...SERIES.values()].map(({ name }) => name);
  expect([...METRIC_NAMES].filter((name) => name !== 'target_info' && !names.includes(name))).toEqual([]);
});

describe('the page of pods', () => {
  test('has version, lease, drain and load of each, and those that are lost or silent [console.looks] [console.bounded]', async () => {
    // The silent pod is known as such once it had its time, and the living pods may take the lost one out.
    const page = await eventually(async () => {
      await client.zadd('anypod:v1:pods', Date.now() - 5000, 'lost-pod');
      const found = (await visitor.get('/')).text;
      expect(found).toContain('does not answer within 2 s');
      expect(found).toContain('lost-pod');
      return found;
    });
    const rows = [...page.matchAll(/<tr[^>]*><th scope="row">.*?<\/tr>/g)].map(([row]) => wordsOf(row).trim());
    const alive = rows.filter((row) =>
      /^\S{11} \S+:\d+ 127\.0\.0\.1:\d+ 0\.1\.0 alive for \d+m?s serving 0 0 0 \d+ ms \d+ MiB 0 \d+ v1$/.test(row),
    );
    expect(alive, rows.join('\n')).toHaveLength(3);
    expect(rows.some((row) => /^lost-pod .* lost \d+s ago/.test(row))).toBe(true);
    expect(page).toContain('3 of 4');
    await client.zrem('anypod:v1:pods', 'lost-pod');
  });

  test('says that a pod drains, and then that it is gone [console.looks]', async () => {
    pods[2]?.process.signal('SIGTERM');
    await eventually(async () => expect((await visitor.get('/')).text).toContain('>announced<'));
    await pods[2]?.kill9();
    await eventually(async () => expect((await visitor.get('/')).text).toContain('does not answer (ECONNREFUSED)'));
    pods = [...pods.slice(0, 2), await startServicePod({ ...options(), port: pods[2]?.port ?? 0 })];
  });

  test('has charts whose lines follow the load', async () => {
    const session = await openSession(podAt(0));
    const call = session.call(podAt(0), 1, 'slow', { steps: 200, ms: 100 }, 'token');
    const stream = await call;
    await eventually(async () => {
      const { text } = await visitor.get('/');
      expect(text).toMatch(/aria-label="Requests in flight: now 1, at most 1 in the last \d+ min"/);
      expect(text).toMatch(/aria-label="Requests: now [\d.]+\/s, at most (0\.[1-9]|[1-9])/);
      expect(text).toMatch(/aria-label="Delay of the event loop, slowest pod: now \d+ ms/);
    });
    await session.end(podAt(0));
    await stream.body?.cancel();
  });
});

describe('the pages of sessions', () => {
  test('show where a session is, what it waits for, and never what it says [console.looks] [console.contents]', async () => {
    const session = await openSession(podAt(0), { name: HOSTILE });
    await messagesOf(await session.call(podAt(0), 1, 'slow', { steps: 3, ms: 20 }, 'token'));
    await messagesOf(await session.call(podAt(1), 2, 'echo', { text: SECRET }));
    const asking = await session.call(podAt(2), 3, 'ask_related', {});
    const name = session.id.slice(0, 14);
    const page = await eventually(async () => {
      const found = await words(`/sessions/${name}`);
      expect(found).toContain('Questions waiting 1');
      return found;
    });
    expect(page).toContain(`Session ${name}`);
    expect(page).toContain(`In logs and traces ${shortHash(session.id)}`);
    expect(page).toMatch(/Revision 2025-11-25 Client .* Principal anonymous Age \d+m?s/);
    expect(page).toMatch(/In memory on \S{11} \S{11} \S{11} /);
    expect(page).toMatch(/ ended \S{11} – [45] [\d.]+ (B|KiB) 1 /);
    expect(page).toMatch(/ running \S{11} \S{11} \d /);
    expect(page).toMatch(/notifications\/progress \d+ B/);
    expect(page).toMatch(/elicitation\/create \d+ B/);
    const { text } = await visitor.get(`/sessions/${name}`);
    const [, place = ''] = /href="\/#(pod-[^"]+)"/.exec(text) ?? [];
    expect((await visitor.get('/')).text).toContain(`<tr id="${place}">`);
    for (const hidden of [SECRET, 'Your name?', session.id, '3 steps', '\u001b']) expect(text).not.toContain(hidden);
    await asking.body?.cancel();
  });

  test('find a session by id, principal and client', async () => {
    const store = createRedisStore(client);
    const [id, principal] = ['found-by-its-name', JSON.stringify(['https://login.example', 'Ada', ''])];
    await store.sessions.create(
      { ...{ id, protocolVersion: '2025-11-25', principal, createdAt: Date.now() }, initialize: INITIALIZE },
      'pod',
    );
    for (const query of ['q=found-by', 'by=principal&q=ADA', 'by=client&q=rowd']) {
      const { text } = await visitor.get(`/sessions?${query}`);
      expect(text, query).toContain('/sessions/found-by-its-n"');
      expect(text).not.toContain(HOSTILE.slice(0, 8));
    }
    expect(await words('/sessions?by=principal&q=nobody')).toContain('None of these sessions.');
    expect(await words('/sessions?q=*')).toContain('No sessions here.');
    await store.sessions.end(id);
    await store.close();
  });

  test('escape whatever a client calls itself, and run no script of a page [console.escapes]', async () => {
    await openSession(podAt(1), { name: HOSTILE });
    const query = new URLSearchParams({ by: 'client', q: HOSTILE.slice(0, 25), after: HOSTILE });
    for (const path of ['/', '/sessions', `/sessions?${query}`, `/login?to=${encodeURIComponent(HOSTILE)}`]) {
      const { text } = await visitor.get(path);
      expect(text.replace(/<script src="\/console\.js" defer><\/script>/, '')).not.toMatch(/<script| style=| on\w+=/);
    }
    expect(await words(`/sessions?${query}`)).toContain(SHOWN);
  });

  test('answer ids that are none, in a sentence', async () => {
    for (const name of ['a', 'x'.repeat(8000), '%3Cscript%3E', '****', 'unknown-session']) {
      const { status, text } = await visitor.get(`/sessions/${name}`);
      expect([status, wordsOf(text)]).toEqual([404, expect.stringMatching(/session/)]);
      expect(text.length).toBeLessThan(4000);
    }
    expect((await visitor.get('/%')).status).toBeGreaterThanOrEqual(400);
  });

  test('show thousands of sessions in pages, each of bounded size, without KEYS [console.bounded]', async () => {
    const record = { protocolVersion: '2025-11-25', createdAt: Date.now(), initialize: INITIALIZE };
    const pipeline = client.pipeline();
    for (let number = 0; number < 3000; number += 1) {
      const id = `crowd-${number}`;
      pipeline
        .hset(`anypod:v1:session:{${id}}`, { r: JSON.stringify({ ...record, id }) })
        .expire(`anypod:v1:session:{${id}}`, 600);
      pipeline.set(`other:${number}`, 'x', 'EX', 600);
    }
    await pipeline.exec();
    await client.config('RESETSTAT');
    const seen = new Set<string>();
    let path: string | undefined = '/sessions?by=client&q=crowd';
    while (path !== undefined) {
      const { text } = await visitor.get(path);
      expect(text.length).toBeLessThan(300_000);
      const names = [...text.matchAll(/href="\/sessions\/(crowd-\d+)"/g)].map(([, name = '']) => name);
      expect(names.length).toBeLessThan(400);
      for (const name of names) seen.add(name);
      path = /href="(\/sessions\?[^"]*after[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen.size).toBe(3000);
    const used = await client.info('commandstats');
    expect(used).toContain('cmdstat_scan:');
    expect(used).not.toContain('cmdstat_keys:');
    expect(await words('/sessions/crowd-')).toContain('Several sessions begin like this.');
  });
});

test('the pages of tasks show each without its arguments and result, whatever its tool is called [console.contents] [console.escapes]', async () => {
  const store = createRedisStore(client);
  const params = { name: HOSTILE, arguments: { text: SECRET } };
  const call = { tool: HOSTILE, params, headers: {}, owner: 'owner', createdAt: Date.now(), ttlMs: 600_000 };
  await store.tasks.create(
    'hostile-task-1',
    { ...call, pollIntervalMs: 1000, rerunnable: false, freshAuth: false },
    10,
    'pod',
  );
  const { taskId } = await beginTask(podAt(0), 'wait_cancel', { key: 'shown-in-console' });
  const list = await visitor.get('/tasks');
  expect(wordsOf(list.text)).toContain(SHOWN);
  expect(list.text).toContain(`/tasks/${taskId.slice(0, 14)}"`);
  const one = await visitor.get('/tasks/hostile-task-1');
  expect(wordsOf(one.text)).toMatch(
    /State running Runs on pod Principal anonymous .* May run again no Stored outcome 0 B/,
  );
  for (const { text } of [list, one])
    for (const hidden of [SECRET, taskId, '<script>alert']) expect(text).not.toContain(hidden);
  expect((await visitor.get('/tasks/unknown-task')).status).toBe(404);
  await store.close();
});

test('its Redis user was refused nothing, and may do no more than docs/redis.md says [console.acl]', async () => {
  expect(await client.call('ACL', 'LOG')).toEqual([]);
  const asViewer = new Redis(redis.url, { username: 'console', password: 'change-me' });
  for (const command of [
    ['del', 'anypod:v1:pods'],
    ['keys', '*'],
    ['get', 'other:1'],
    ['eval', 'return 1', '0'],
  ]) {
    await expect(asViewer.call(command[0] ?? '', command.slice(1))).rejects.toThrow('NOPERM');
  }
  asViewer.disconnect();
});

test('with payload keys it needs them, and says so [console.payload]', async () => {
  const own = await startRedis();
  const keys = { ANYPOD_PAYLOAD_KEYS: 'a-payload-key-for-tests-of-32-bytes-A' };
  const pod = await startServicePod({ module: FIXTURE, redisUrl: own.url, env: keys });
  const session = await openSession(new URL(pod.url), { name: 'sealed client' });
  await messagesOf(await session.call(new URL(pod.url), 1, 'slow', { steps: 3, ms: 20 }, 'token'));
  const env = await consoleUsers(own.url);
  const [able, unable] = await Promise.all([startConsole({ ...env, ...keys }), startConsole(env)]);
  const [one, other] = await Promise.all([login(able), login(unable)]);
  expect(wordsOf((await one.get('/sessions')).text)).toContain('sealed client');
  const shown = (await one.get(`/sessions/${session.id.slice(0, 14)}`)).text;
  expect(shown).toContain('notifications/progress');
  expect(shown).not.toContain('3 steps');
  const refused = await other.get('/sessions');
  expect([refused.status, wordsOf(refused.text)]).toEqual([500, expect.stringContaining('Pass the keys of the pods')]);
  expect((await other.get('/')).status).toBe(200);
  await Promise.all([able.process.stop(), unable.process.stop(), pod.stop()]);
  await own.stop();
});

test('while Redis is away it says so, shows what pods tell, and comes back by itself [console.away]', async () => {
  redis.process.signal('SIGSTOP');
  const [first, sessions, tasks] = await settled(
    Promise.all(['/', '/sessions', '/tasks'].map((path) => visitor.get(path))),
    'the pages',
    30_000,
  );
  expect(first?.status).toBe(503);
  expect(wordsOf(first?.text ?? '')).toMatch(/Redis does not answer .*Redis does not tell .*0\.1\.0/);
  for (const answer of [sessions, tasks]) {
    expect([answer?.status, answer?.text]).toEqual([503, expect.stringContaining('Redis does not answer')]);
  }
  redis.process.signal('SIGCONT');
  await eventually(async () => expect((await visitor.get('/sessions')).status).toBe(200));
});
