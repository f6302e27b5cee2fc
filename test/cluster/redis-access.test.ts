import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { FIXTURE } from './deployment.ts';
import { logLines } from './log-lines.ts';
import { eventually } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { openSession } from './wire.ts';

const PASSWORD = 'p/w:@ #';
const SECRET = 'a-secret-that-only-tests-may-use-0123456789';

interface Waiting {
  readonly child: Child;
  readonly url: URL;
  readyz(): Promise<number>;
}

let redis: RedisServer;
let admin: Redis;
let a: Waiting;
let b: Waiting;

async function start(): Promise<Waiting> {
  const port = await freePort();
  const child = startChild(process.execPath, [ANYPOD, 'serve', FIXTURE, '--port', `${port}`], {
    env: {
      ...process.env,
      REDIS_URL: `redis://pod@127.0.0.1:${redis.port}/3`,
      REDIS_PASSWORD: PASSWORD,
      ANYPOD_SECRET: SECRET,
      ANYPOD_DRAIN_DELAY: '0',
    },
  });
  const readyz = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  return { child, url: new URL(`http://127.0.0.1:${port}/mcp`), readyz };
}

const allow = (...rules: string[]) => admin.call('acl', 'setuser', 'pod', ...rules);

/** Waits until the pod gives this reason, and expects that it is not ready. */
async function waitsBecause(reason: string | RegExp): Promise<void> {
  await eventually(
    () => expect(logLines(a.child, '').map((line) => line['reason'])).toContainEqual(expect.stringMatching(reason)),
    30_000,
  );
  expect(await a.readyz()).toBe(503);
}

beforeAll(async () => {
  redis = await startRedis({ args: ['--maxclients', '1'] });
  admin = new Redis(redis.url);
  await admin.ping();
  a = await start();
});

afterAll(async () => {
  await Promise.all([a?.child.stop(), b?.child.stop()]);
  admin.disconnect();
  await redis.stop();
});

test('a pod waits, not ready, with one sentence for each reason, until its Redis is as it needs it [store.access]', async () => {
  // Redis says so and closes. Where the pod wrote meanwhile, the system may drop what Redis said.
  await waitsBecause(/raise its maxclients|ECONNRESET|EPIPE/);
  await admin.config('SET', 'maxclients', '100');
  await waitsBecause(/^Redis refuses the password of the user pod, or the user \(WRONGPASS\): correct REDIS_PASSWORD/);
  await allow('on', `>${PASSWORD}`, '~other:*', '+@all', '-select');
  await waitsBecause(/^Redis does not open database 3 \(NOPERM.*\): allow the user \+select/);
  await allow('+select', '-@dangerous', '-xread', '-pexpire');
  await waitsBecause(
    /^The Redis user pod may not run PEXPIRE, XREAD: allow it with ACL SETUSER pod \+pexpire \+xread \(docs\/redis\.md#acl\)\.$/,
  );
  await allow('+xread', '+pexpire');
  await waitsBecause(/^The Redis user pod may not read and write keys that begin with anypod: .*'~anypod:\*'/);
  await allow('resetkeys', '~anypod:*');
  await eventually(async () => expect(await a.readyz()).toBe(200));
  // No line has a stack, and none says something else about a wrong password, or gives advice of ioredis.
  expect(a.child.logs()).not.toMatch(/\n {4}at |"stack"|does not answer \(WRONGPASS|enableReadyCheck/);
});

test('without INFO a stream goes on on another pod, in the database of the URL only [store.no-info]', async () => {
  b = await start();
  await eventually(async () => expect(await b.readyz()).toBe(200));
  const session = await openSession(a.url);
  const first = readStream(await session.call(b.url, 1, 'slow', { steps: 20, ms: 100 }, 'token'));
  await first.until((message) => message.params?.['progress'] === 2);
  await first.cut();
  const rest = await readStream(await session.listen(a.url, lastEventId(first.events))).rest();
  expect(rest.at(-1)).toMatchObject({ id: 1, result: {} });
  expect(await admin.dbsize()).toBe(0);
});

test('a right that is taken away later is answered with an error, and logged ever more rarely [store.refused]', async () => {
  const lines = () => logLines(a.child, 'a blocking Redis connection failed').length;
  await allow('-xread', '-hmget');
  const session = await openSession(a.url);
  const response = await session.send(b.url, { jsonrpc: '2.0', id: 2, method: 'ping' });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: { code: -32603, data: { reason: 'store_refused' } } });
  await eventually(() => expect(lines()).toBeGreaterThan(1));
  await new Promise((resolve) => setTimeout(resolve, 4000));
  // Two connections; without back-off there would be four lines a second for each.
  expect(lines()).toBeLessThan(8);
  await allow('+xread', '+hmget');
  await eventually(async () => {
    const again = await session.send(b.url, { jsonrpc: '2.0', id: 3, method: 'ping' });
    expect(again.status).toBe(200);
  });
});
