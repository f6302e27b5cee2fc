import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { shortHash } from '../lib/short-hash.ts';
import { type Ended, runAnypod } from './command.ts';
import { FIXTURE, useDeployment } from './deployment.ts';
import { messagesOf, openSession, type WireSession } from './wire.ts';

const WITHIN = { timeout: 30_000 };
const TOKEN = 'a-token-that-only-tests-may-use-0123456789';
const TOKEN_FLAG = `--admin-token=${TOKEN}`;

const deployment = useDeployment();

/** A pod of the deployment, and one without Redis, each with an admin port. */
let shared: Pod & { readonly admin: string };
let alone: Pod & { readonly admin: string };

beforeAll(async () => {
  shared = await startPodWithAdmin(deployment.redisUrl);
  alone = await startPodWithAdmin();
});

afterAll(async () => {
  await Promise.all([shared?.stop(), alone?.stop()]);
});

async function startPodWithAdmin(redisUrl?: string): Promise<Pod & { readonly admin: string }> {
  const port = await freePort();
  const env = { ANYPOD_ADMIN_PORT: `${port}`, ANYPOD_ADMIN_TOKEN: TOKEN, ANYPOD_DRAIN_DELAY: '0' };
  const pod = await startPod({ module: FIXTURE, env, ...(redisUrl === undefined ? {} : { redisUrl }) });
  return { ...pod, admin: `http://127.0.0.1:${port}` };
}

/** Runs a command with flags that say where to look. Flags go before `--`, because an id may begin with a hyphen. */
function look(where: readonly string[], command: string, args: readonly string[]): Promise<Ended> {
  return runAnypod(...commandLine(where, command, args));
}

function commandLine(where: readonly string[], command: string, args: readonly string[]): string[] {
  const [flags, names] = [args.filter((arg) => arg.startsWith('--')), args.filter((arg) => !arg.startsWith('--'))];
  return [command, ...where, ...flags, '--', ...names];
}

const adminOf = ({ admin }: { readonly admin: string }) => ['--admin', admin, TOKEN_FLAG];
const short = ({ id }: WireSession) => id.slice(0, 14);

/** A session with a stream, and with a question that nobody has answered. */
async function busySession(pod: URL): Promise<WireSession> {
  const session = await openSession(pod, { name: 'watched\u001b[2J' });
  await messagesOf(await session.call(pod, 1, 'slow', { steps: 3, ms: 20 }, 'token'));
  return session;
}

/** Without what goes on between two looks: ages, leases, unread mail, the order of pods, and the width that all these give to a column. */
function still({ code, stdout, stderr }: Ended, command: string): Ended {
  const text = stdout
    .replace(/"(leaseMs|expiresInMs|inbox)": \d+/g, '"$1": 0')
    .replace(/\b\d+(ms|s|m|h|d)\b/g, '0s')
    .replace(/ +/g, ' ')
    .replace(/(alive 0s v1) \d+/g, '$1 0');
  return { code, stdout: command === 'pods' ? text.split('\n').sort().join('\n') : text, stderr };
}

describe('the commands on the admin port of a pod', () => {
  test.each([
    ['pods', ['--json']],
    ['pods', []],
    ['sessions', ['list', '--json']],
    ['sessions', ['list']],
    ['sessions', ['show', '<session>', '--json']],
    ['sessions', ['show', '<session>']],
    ['tail', ['<session>', '--once']],
    ['tail', ['<session>', '--once', '--contents', '--json']],
    ['sessions', ['show', 'none-such']],
  ])('print for %s %j what they print for its Redis [host.cli.admin]', async (command, words) => {
    const session = await busySession(deployment.pods[0]);
    const args = words.map((word) => (word === '<session>' ? short(session) : word));
    const [admin, redis] = await Promise.all([
      look(adminOf(shared), command, args),
      look(['--redis', deployment.redisUrl], command, args),
    ]);
    expect(still(admin, command)).toEqual(still(redis, command));
    expect(admin.code).toBe(words.includes('none-such') ? 1 : 0);
    if (command !== 'pods' && admin.code === 0) expect(admin.stdout).toMatch(/watched|progress/);
    expect(admin.stdout).not.toContain(session.id);
  });

  test('look into a pod without Redis, follow a session there, and end it on that pod', async () => {
    const pod = new URL(alone.url);
    const session = await busySession(pod);
    const [pods, list, show] = await Promise.all([
      look(adminOf(alone), 'pods', ['--json']),
      look(adminOf(alone), 'sessions', ['list']),
      look(adminOf(alone), 'sessions', ['show', short(session), '--json']),
    ]);
    expect(JSON.parse(pods.stdout)).toEqual([expect.objectContaining({ calls: 0, inbox: 0 })]);
    expect(list.stdout).toMatch(/watched \[2J 1\.2\.3/);
    expect(JSON.parse(show.stdout)).toMatchObject({
      id: short(session),
      hash: shortHash(session.id),
      streams: [{ done: true, runs: 1 }],
    });

    const following = startChild(process.execPath, [ANYPOD, ...commandLine(adminOf(alone), 'tail', [short(session)])]);
    await vi.waitFor(() => expect(following.logs()).toContain('result'), WITHIN);
    await messagesOf(await session.call(pod, 7, 'slow', { steps: 2, ms: 20 }, 'token'));
    await vi.waitFor(() => expect(following.logs().match(/ B {2}result/g)).toHaveLength(2), WITHIN);
    const end = await look(adminOf(alone), 'sessions', ['end', short(session)]);
    expect(end).toMatchObject({ code: 0, stdout: 'ended; 1 pod(s) were told\n' });
    expect(await following.exited).toMatchObject({ code: 0 });
    const gone = async () => {
      const response = await session.send(pod, { jsonrpc: '2.0', id: 9, method: 'ping' });
      await response.text();
      expect(response.status).toBe(404);
    };
    await vi.waitFor(gone, WITHIN);
    await vi.waitFor(
      () => expect(alone.logs()).toMatch(/"session":"[\w-]{16}","pods":1,"msg":"an operator has ended/),
      WITHIN,
    );
    expect(alone.logs()).not.toContain(session.id);
  });

  test('end a session on every pod of the Redis', async () => {
    const session = await busySession(deployment.pods[1]);
    expect(await look(adminOf(shared), 'sessions', ['end', short(session), '--json'])).toMatchObject({ code: 0 });
    const gone = async () => {
      const response = await session.send(deployment.pods[1], { jsonrpc: '2.0', id: 9, method: 'ping' });
      await response.text();
      expect(response.status).toBe(404);
    };
    await vi.waitFor(gone, WITHIN);
    expect(await look(adminOf(shared), 'sessions', ['end', short(session)])).toMatchObject({ code: 1, stdout: '' });
  });

  test('say what is wrong: nobody there, another service, a wrong token, a pod that ends, arguments', async () => {
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const faults = await Promise.all([
      runAnypod('pods', '--admin', nobody, TOKEN_FLAG),
      runAnypod('pods', '--admin', elsewhere, TOKEN_FLAG),
      runAnypod('pods', '--admin', shared.origin, TOKEN_FLAG),
      runAnypod('pods', '--admin', shared.admin, `${TOKEN_FLAG}x`),
      runAnypod('pods', '--admin', shared.admin),
      runAnypod('pods', '--admin', 'http://10.0.0.1:9466', TOKEN_FLAG),
      runAnypod('pods', '--admin', shared.admin, TOKEN_FLAG, '--redis', deployment.redisUrl),
      runAnypod('dev', FIXTURE, '--admin-port', `${await freePort()}`, TOKEN_FLAG),
    ]);
    other.close();
    expect(faults.map(({ code, stdout }) => [code, stdout])).toEqual(
      [3, 3, 3, 3, 2, 2, 2, 2].map((code) => [code, '']),
    );
    const sentences = [
      /does not answer \(ECONNREFUSED\)\. Does the pod have ANYPOD_ADMIN_PORT\?/,
      /is no admin port of a pod/,
      /is no admin port of a pod/,
      /The pod refuses \(401\).*ANYPOD_ADMIN_TOKEN/,
      /ANYPOD_ADMIN_TOKEN: pass the token of the pod/,
      /--admin: must be a port of this machine/,
      /--redis: --admin says where to look too/,
      /ANYPOD_ADMIN_PORT: is for anypod serve; anypod dev has none/,
    ];
    for (const [at, sentence] of sentences.entries()) expect(faults[at]?.stderr).toMatch(sentence);

    const leaving = await startPodWithAdmin();
    const session = await busySession(new URL(leaving.url));
    const tail = commandLine(adminOf(leaving), 'tail', [short(session)]);
    const following = startChild(process.execPath, [ANYPOD, ...tail]);
    await vi.waitFor(() => expect(following.logs()).toContain('result'), WITHIN);
    await leaving.stop();
    expect(await following.exited).toMatchObject({ code: 3 });
    expect(following.logs()).toContain('The pod has closed its admin port');
  });
});
