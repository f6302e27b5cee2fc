import { readFile } from 'node:fs/promises';
import { createRedisStore } from 'anypod/redis';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startRedisCluster } from '../lib/redis-server.ts';
import { shortHash } from '../lib/short-hash.ts';
import { type Ended, runAnypod } from './command.ts';
import { useDeployment } from './deployment.ts';
import { messagesOf, openSession, type WireSession } from './wire.ts';

const WITHIN = { timeout: 30_000 };
const SECRET = 'what users say';

const deployment = useDeployment();

/** Runs a command on the deployment's Redis. Flags go before `--`, because an id may begin with a hyphen. */
const look = (...args: string[]) => lookAt(deployment.redisUrl, ...args);

function lookAt(url: string, ...args: string[]): Promise<Ended> {
  return runAnypod(...commandLine(url, args));
}

function commandLine(url: string, [command = '', ...args]: readonly string[]): string[] {
  const [flags, names] = [args.filter((arg) => arg.startsWith('--')), args.filter((arg) => !arg.startsWith('--'))];
  return [command, '--redis', url, ...flags, '--', ...names];
}

const json = <T>({ stdout }: Ended) => JSON.parse(stdout) as T;
const short = ({ id }: WireSession) => id.slice(0, 14);

/** A session with a call whose stream is in Redis. Its client tries to command the terminal of whoever looks. */
async function sessionWithStream(): Promise<WireSession> {
  const session = await openSession(deployment.pods[0], { name: 'watched\u001b[2J' });
  await messagesOf(await session.call(deployment.pods[0], 1, 'slow', { steps: 3, ms: 20 }, 'token'));
  return session;
}

interface Listed {
  readonly sessions: readonly { readonly id: string; readonly pods: readonly string[] }[];
  readonly complete: boolean;
}

describe('the commands that look into Redis', () => {
  test('list the pods, those that were lost too', async () => {
    const { code, stdout } = await look('pods');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^POD +STATE +LEASE +KEYS +INBOX +CALLS\n/);
    const redis = new Redis(deployment.redisUrl);
    await redis.zadd('anypod:v1:pods', 1, 'lost-pod');
    const pods = json<{ pod: string; leaseMs: number }[]>(await look('pods', '--json'));
    // The pods may already have taken the lost one out.
    expect(pods.filter(({ leaseMs }) => leaseMs > 0)).toHaveLength(3);
    redis.disconnect();
  });

  test('show sessions without their ids, and nothing of what they say [host.cli.looks]', async () => {
    const session = await sessionWithStream();
    await messagesOf(await session.call(deployment.pods[1], 2, 'echo', { text: SECRET }));
    const [list, show, tail, all] = await Promise.all([
      look('sessions', 'list', '--json'),
      look('sessions', 'show', short(session)),
      look('tail', short(session), '--once'),
      look('tail', short(session), '--once', '--contents', '--json'),
    ]);
    const listed = json<Listed>(list).sessions.find(({ id }) => id === short(session));
    const hash = shortHash(session.id);
    expect(listed).toMatchObject({ revision: '2025-11-25', transport: 'http', hash });
    expect(show.stdout).toMatch(new RegExp(`in logs and traces +${hash}\n`));
    expect(listed?.pods).toHaveLength(2);
    expect(show.stdout).toMatch(/watched \[2J 1\.2\.3/);
    expect(show.stdout).toMatch(/STREAM.*\n\S+ +ended +\S+ +[45] +\d+ B +1\n/);
    expect(tail.stdout.match(/notifications\/progress/g)).toHaveLength(3);
    expect(tail.stdout).toMatch(/ B {2}result\n/);
    for (const { code, stdout } of [list, show, tail]) {
      expect(code).toBe(0);
      for (const hidden of ['\u001b', '3 steps', session.id, SECRET]) expect(stdout).not.toContain(hidden);
    }
    expect(all.stdout).toContain('3 steps');
  });

  test('follow a session on any pod until it ends, and its client misses nothing', async () => {
    const session = await sessionWithStream();
    const following = startChild(process.execPath, [
      ANYPOD,
      ...commandLine(deployment.redisUrl, ['tail', short(session), '--json']),
    ]);
    await vi.waitFor(() => expect(following.logs()).toContain('"result"'), WITHIN);
    const call = await session.call(deployment.pods[1], 7, 'slow', { steps: 5, ms: 100 }, 'token');
    expect(await messagesOf(call)).toHaveLength(6);
    await vi.waitFor(() => expect(following.logs().match(/"result"/g)).toHaveLength(2), WITHIN);
    expect(await look('sessions', 'end', short(session))).toMatchObject({
      code: 0,
      stdout: 'ended; 2 pod(s) were told\n',
    });
    expect(await following.exited).toMatchObject({ code: 0 });
    const lines = following.logs().trim().split('\n');
    const kinds = lines.map((line) => (JSON.parse(line) as { what: string }).what);
    expect(kinds.filter((what) => what === 'notifications/progress')).toHaveLength(3 + 5);
  });

  test('end a session on every pod, as DELETE does [host.cli.end]', async () => {
    const session = await sessionWithStream();
    expect((await look('sessions', 'end', short(session), '--json')).code).toBe(0);
    for (const pod of deployment.pods) {
      const gone = async () => {
        const response = await session.send(pod, { jsonrpc: '2.0', id: 9, method: 'ping' });
        await response.text();
        expect(response.status).toBe(404);
      };
      await vi.waitFor(gone, WITHIN);
    }
    const again = await look('sessions', 'end', short(session));
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no session begins with') });
  });

  test('name what is wrong: arguments, a beginning of several sessions, a Redis that does not answer', async () => {
    const redis = new Redis(deployment.redisUrl);
    const record = { id: 'x', protocolVersion: '2025-11-25', createdAt: 1, initialize: { clientInfo: {} } };
    for (const id of ['twin-1', 'twin-2']) {
      await redis.hset(`anypod:v1:session:{${id}}`, { r: JSON.stringify(record) });
      await redis.expire(`anypod:v1:session:{${id}}`, 60);
    }
    redis.disconnect();
    const [several, limited, tooShort, pattern, away, nothing] = await Promise.all([
      look('sessions', 'show', 'twin'),
      look('sessions', 'list', '--limit=1', '--json'),
      look('sessions', 'end', 'a'),
      look('tail', '*****'),
      runAnypod('pods', '--redis', `redis://127.0.0.1:${await freePort()}`),
      runAnypod('pods'),
    ]);
    expect(several).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('several sessions') });
    expect(json<Listed>(limited)).toMatchObject({ complete: false, sessions: [{}] });
    expect(tooShort).toMatchObject({ code: 2, stderr: expect.stringContaining('at least 4 characters') });
    expect(pattern.code).toBe(2);
    expect(away).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('Redis does not answer') });
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('REDIS_URL') });
  });

  test('need only the permissions that docs/cli.md names, and end needs more', async () => {
    const session = await sessionWithStream();
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const [, rules = ''] = /ACL SETUSER looker on '>change-me' ([^`]+)/.exec(page) ?? [];
    const redis = new Redis(deployment.redisUrl);
    const words = rules.split(/[\s\\']+/).filter((word) => word !== '');
    await redis.call('ACL', 'SETUSER', 'looker', 'on', '>change-me', ...words);
    redis.disconnect();
    const url = deployment.redisUrl.replace('redis://', 'redis://looker:change-me@');
    const as = (...args: string[]) => lookAt(url, ...args);
    const looks = await Promise.all([
      as('pods'),
      as('sessions', 'list'),
      as('sessions', 'show', short(session)),
      as('tail', short(session), '--once'),
    ]);
    expect(looks.map(({ code, stderr }) => [code, stderr])).toEqual(looks.map(() => [0, '']));
    const end = await as('sessions', 'end', short(session));
    expect(end).toMatchObject({ code: 3, stderr: expect.stringMatching(/does not allow.*docs\/cli\.md/) });
    expect((await session.send(deployment.pods[0], { jsonrpc: '2.0', id: 3, method: 'ping' })).status).toBe(200);
  });
});

test('a Redis Cluster is looked at on every master', async () => {
  const cluster = await startRedisCluster();
  const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  const client = new Cluster(nodes);
  const store = createRedisStore(client);
  try {
    const ids = Array.from({ length: 12 }, (_, index) => `session-${index}`);
    const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    for (const id of ids) {
      await store.sessions.create({ id, protocolVersion: '2025-11-25', initialize, createdAt: Date.now() }, 'pod');
    }
    const url = `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`;
    const list = await runAnypod('sessions', 'list', '--json', '--redis', url);
    expect(
      json<Listed>(list)
        .sessions.map(({ id }) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(await runAnypod('sessions', 'end', 'session-11', '--redis', url)).toMatchObject({ code: 0 });
    expect(await store.sessions.touch('session-11')).toBe(false);
  } finally {
    await store.close();
    client.disconnect();
    await cluster.stop();
  }
});
