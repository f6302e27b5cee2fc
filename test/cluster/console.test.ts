/** Who may see the console, and who may do something there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { shortHash } from '../lib/short-hash.ts';
import { type ConsoleProcess, login, OPERATOR, runConsole, startConsole, VIEWER, visit } from './console-process.ts';
import { consoleUsers } from './console-users.ts';
import { FIXTURE } from './deployment.ts';
import { SERVICE, type ServicePod, startServicePod } from './service-pods.ts';
import { eventually } from './settle.ts';
import { beginTask, taskWhen } from './task-wire.ts';
import { openSession } from './wire.ts';

const PING = { jsonrpc: '2.0', id: 9, method: 'ping' };

let redis: RedisServer;
let pods: readonly ServicePod[] = [];
let console: ConsoleProcess;

const podAt = (index: number) => new URL(pods[index]?.url ?? '');
const open = () => openSession(podAt(0), { name: 'of the console' });

beforeAll(async () => {
  redis = await startRedis();
  const env = { ANYPOD_TASK_TOOLS: JSON.stringify({ wait_cancel: { mode: 'always' } }) };
  const options = { module: FIXTURE, redisUrl: redis.url, env };
  pods = await Promise.all([startServicePod(options), startServicePod(options)]);
  console = await startConsole(await consoleUsers(redis.url));
});

afterAll(async () => {
  await console?.process.stop();
  await Promise.all(pods.map((pod) => pod.stop()));
  await redis?.stop();
});

describe('the console starts', () => {
  const fails = async (env: Record<string, string>) => {
    const child = runConsole({ ANYPOD_CONSOLE_PORT: '0', REDIS_URL: redis.url, ...env });
    expect(await child.exited).toMatchObject({ code: 2 });
    return child.logs();
  };

  test('not without a password, and names all problems at once [console.password]', async () => {
    expect(await fails({})).toMatch(/ANYPOD_CONSOLE_PASSWORD or ANYPOD_CONSOLE_OPERATOR_PASSWORD: .*set one/);
    const both = await fails({ ANYPOD_CONSOLE_PASSWORD: 'short', ANYPOD_CONSOLE_PODS: 'nowhere', REDIS_URL: '' });
    expect(both).toContain('ANYPOD_CONSOLE_PASSWORD: must have 16 characters or more');
    expect(both).toContain('ANYPOD_CONSOLE_PODS: must be host:port');
    expect(both).toContain('REDIS_URL: pass the Redis of the pods');
    expect(both).not.toContain('short');
    const equal = { ANYPOD_CONSOLE_PASSWORD: VIEWER, ANYPOD_CONSOLE_OPERATOR_PASSWORD: VIEWER };
    expect(await fails(equal)).toContain('must differ');
    const forNobody = { ANYPOD_CONSOLE_PASSWORD: VIEWER, ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME: 'console-operator' };
    expect(await fails(forNobody)).toContain('set ANYPOD_CONSOLE_OPERATOR_PASSWORD too');
    expect(await fails({ ANYPOD_CONSOLE_PASSWORD_FILE: '/nowhere' })).toContain('cannot be read (ENOENT)');
  });

  test('with a password from a file, and stops on SIGTERM', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anypod-console-'));
    const file = join(directory, 'password');
    await writeFile(file, `${VIEWER}\n`);
    const one = await startConsole({
      ...{ REDIS_URL: redis.url, ANYPOD_CONSOLE_PASSWORD: '', ANYPOD_CONSOLE_OPERATOR_PASSWORD: '' },
      ANYPOD_CONSOLE_PASSWORD_FILE: file,
    });
    expect((await (await login(one)).get('/')).status).toBe(200);
    expect((await visit(one).post('/login', { password: OPERATOR, to: '/' })).status).toBe(401);
    expect(await one.process.stop()).toEqual({ code: 0, signal: null });
    expect(one.process.logs()).not.toContain(VIEWER);
    await rm(directory, { recursive: true });
  });

  test('without a part of it in an ordinary pod', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, at, next) => {
        if (/hono|anypod.console/.test(name)) process.stderr.write('LOADED ' + name);
        return next(name, at);
      } });`;
    const { startChild } = await import('../lib/child.ts');
    const loading = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, SERVICE];
    const [pod, itself] = ['serve', 'console'].map((command) =>
      startChild(process.execPath, [...loading, command, '--help'], { cwd: new URL('../../', import.meta.url) }),
    );
    await Promise.all([pod?.exited, itself?.exited]);
    expect(pod?.logs()).toContain('anypod console serves a page for operators');
    expect(pod?.logs()).not.toContain('LOADED');
    expect(itself?.logs()).toContain('LOADED @anypod/console');
    expect(itself?.logs()).toContain('ANYPOD_CONSOLE_PASSWORD');
  });
});

describe('a visitor', () => {
  test('sees nothing without the password [console.password]', async () => {
    const stranger = visit(console);
    for (const path of ['/', '/sessions', '/sessions/abcdefgh', '/tasks', '/tasks/abcdefgh', '/no-such-page']) {
      const { status, headers, text } = await stranger.get(path);
      expect([status, text]).toEqual([303, '']);
      expect(headers.get('location')).toBe(`/login?to=${encodeURIComponent(path)}`);
    }
    const wrong = await stranger.post('/login', { password: 'not-the-password-at-all', to: '/' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('This is not the password.');
    expect(wrong.headers.getSetCookie()).toEqual([]);
    stranger.cookie = 'anypod-console=9999999999999.forged.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D';
    expect((await stranger.get('/')).status).toBe(303);
  });

  test('gets a cookie that only this console gets, and no page elsewhere [console.password]', async () => {
    const stranger = visit(console);
    const { headers } = await stranger.post('/login', { password: VIEWER, to: '//evil.example' });
    expect(headers.get('location')).toBe('/');
    expect(headers.getSetCookie()[0]).toMatch(/^anypod-console=.*; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
    const { headers: shown } = await stranger.get('/');
    expect(shown.get('content-security-policy')).toContain("default-src 'none'");
    expect(shown.get('content-security-policy')).not.toContain('unsafe');
    expect(shown.get('cache-control')).toBe('no-store');
    const proxied = await fetch(`${console.origin}/login`, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ password: VIEWER, to: '/' }) },
      headers: { origin: console.origin, 'x-forwarded-proto': 'https' },
    });
    expect(proxied.headers.getSetCookie()[0]).toContain('; Secure');
  });

  test('is logged out for good, also with a copy of the cookie [console.password]', async () => {
    const visitor = await login(console);
    const copy = visit(console);
    copy.cookie = visitor.cookie;
    expect((await copy.get('/')).status).toBe(200);
    const token = await visitor.token();
    expect((await visitor.post('/logout', {})).status).toBe(403);
    expect((await visitor.post('/logout', { token })).status).toBe(303);
    expect((await copy.get('/')).status).toBe(303);
    expect((await visitor.get('/')).status).toBe(303);
  });

  test('is known to every console with the same passwords, and to no other', async () => {
    const env = await consoleUsers(redis.url);
    const [same, other] = await Promise.all([
      startConsole(env),
      startConsole({ ...env, ANYPOD_CONSOLE_PASSWORD: 'another-password-of-viewers' }),
    ]);
    const visitor = await login(console);
    for (const [one, status] of [
      [same, 200],
      [other, 303],
    ] as const) {
      const there = visit(one);
      there.cookie = visitor.cookie;
      expect((await there.get('/')).status).toBe(status);
    }
    await Promise.all([same.process.stop(), other.process.stop()]);
  });
});

describe('an operator', () => {
  test('ends a session on every pod, and a viewer does not [console.roles]', async () => {
    const session = await open();
    const path = `/sessions/${session.id.slice(0, 14)}`;
    const viewer = await login(console);
    expect((await viewer.get(path)).text).not.toContain('End this session');
    const refused = await viewer.post(`${path}/end`, { token: await viewer.token() });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('needs the password of operators')]);
    expect((await session.send(podAt(1), PING)).status).toBe(200);

    const operator = await login(console, OPERATOR);
    expect((await operator.get(path)).text).toContain('End this session');
    const ended = await operator.post(`${path}/end`, { token: await operator.token() });
    expect([ended.status, ended.text]).toEqual([303, '']);
    expect((await operator.get(ended.headers.get('location') ?? '')).text).toContain('has ended.');
    for (const pod of [podAt(0), podAt(1)]) {
      await eventually(async () => expect((await session.send(pod, PING)).status).toBe(404));
    }
    expect((await operator.post(`${path}/end`, { token: await operator.token() })).status).toBe(404);
    const told = `"session":"${shortHash(session.id)}","pods":`;
    expect(console.process.logs()).toMatch(new RegExp(`${told}.*an operator has ended a session`));
  });

  test('cancels a task, whose handler is aborted [console.roles]', async () => {
    const { taskId } = await beginTask(podAt(0), 'wait_cancel', { key: 'cancelled-in-console' });
    const operator = await login(console, OPERATOR);
    const path = `/tasks/${taskId.slice(0, 14)}`;
    await eventually(async () => expect((await operator.get(path)).text).toContain('>running<'));
    const { status } = await operator.post(`${path}/cancel`, { token: await operator.token() });
    expect(status).toBe(303);
    await taskWhen([podAt(1)], taskId, (task) => task.status === 'cancelled');
    expect((await operator.post(`${path}/cancel`, { token: await operator.token() })).status).toBe(404);
  });

  test('is not made to do so by another page [console.forms]', async () => {
    const session = await open();
    const path = `/sessions/${session.id.slice(0, 14)}/end`;
    const operator = await login(console, OPERATOR);
    const other = await login(console, OPERATOR);
    const token = await operator.token();
    for (const [fields, from] of [
      [{}, console.origin],
      [{ token: 'x' }, console.origin],
      [{ token: await other.token() }, console.origin],
      [{ token }, 'https://evil.example'],
      [{ token }, 'null'],
    ] as const) {
      expect((await operator.post(path, fields, from)).status).toBe(403);
    }
    const foreignLogin = await visit(console).post('/login', { password: OPERATOR, to: '/' }, 'https://evil.example');
    expect(foreignLogin.status).toBe(403);
    expect((await operator.get(path)).status).toBe(404);
    expect((await session.send(podAt(0), PING)).status).toBe(200);
    const large = await operator.post(path, { token, more: 'x'.repeat(100_000) });
    expect(large.status).toBe(413);
  });

  test('is told where Redis does not allow it [console.acl]', async () => {
    const session = await open();
    const { REDIS_USERNAME, REDIS_PASSWORD, REDIS_URL } = await consoleUsers(redis.url);
    const one = await startConsole({ REDIS_URL, REDIS_USERNAME, REDIS_PASSWORD } as Record<string, string>);
    const operator = await login(one, OPERATOR);
    const path = `/sessions/${session.id.slice(0, 14)}/end`;
    const { status, text } = await operator.post(path, { token: await operator.token() });
    expect([status, text]).toEqual([500, expect.stringMatching(/Redis does not allow .*redis\.md#who-only-looks/)]);
    expect((await session.send(podAt(0), PING)).status).toBe(200);
    await one.process.stop();
  });
});
