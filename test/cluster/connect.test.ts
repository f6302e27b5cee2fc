import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { type CuttingProxy, startCuttingProxy } from '../lib/cutting-proxy.ts';
import { freePort } from '../lib/free-port.ts';
import { startPod } from '../lib/pods.ts';
import { FIXTURE, useDeployment } from './deployment.ts';
import { callLine, connect, connectModern, INITIALIZE, pipe } from './stdio-hosts.ts';

const WITHIN = { timeout: 30_000 };

const deployment = useDeployment();
let proxy: CuttingProxy;
beforeAll(async () => {
  proxy = await startCuttingProxy(Number(deployment.balancer.port));
});
afterAll(() => proxy.stop());

const started = (key: string, count = 1) =>
  vi.waitFor(() => expect(deployment.journal(key, 'started')).toHaveLength(count), WITHIN);

/** The id of the session, in what the tool `whoami` says. */
const sessionIn = (said: string) => /session[\\":]+([\w-]{44})/.exec(said)?.[1] ?? 'none';

async function endSession(id: string): Promise<void> {
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
  expect((await fetch(deployment.pods[0], { method: 'DELETE', headers })).status).toBe(200);
}

describe('anypod connect', () => {
  it('gives its host the answer of a call whose connection breaks again and again [host.connect.resume]', async () => {
    const { client, call } = await connect('connect', proxy.url);
    let seen = 0;
    const onprogress = () => {
      seen += 1;
    };
    const answer = call('slow', { steps: 6, ms: 400, key: 'resumed' }, { onprogress });
    for (const times of [1, 3]) {
      await vi.waitFor(() => expect(seen).toBeGreaterThanOrEqual(times), WITHIN);
      expect(await proxy.cut('all')).toBeGreaterThan(0);
    }
    expect(await answer).toContain('6 steps');
    expect(deployment.journal('resumed', 'started')).toHaveLength(1);
    await client.close();
  });

  it('says so if the connection broke and the call may have run, and does not send it again [host.connect.once]', async () => {
    const { client, call } = await connectModern('connect', proxy.url);
    const answer = call('request_id', { key: 'broken', ms: 60_000 });
    const told = expect(answer).rejects.toMatchObject({ data: { reason: 'connection_lost', retry: false } });
    await started('broken');
    await proxy.cut('all');
    await told;
    expect(await call('echo', { text: 'after' })).toContain('after');
    expect(deployment.journal('broken', 'started')).toHaveLength(1);
    await client.close();
  });

  it('ends the request to the endpoint if its host cancels a call of 2026-07-28 [host.connect.cancel]', async () => {
    const { client, call } = await connectModern('connect', deployment.balancer.href);
    const cancelling = new AbortController();
    const answer = call('wait_cancel', { key: 'cancelled' }, { signal: cancelling.signal });
    const told = expect(answer).rejects.toThrow();
    await started('cancelled');
    cancelling.abort();
    await told;
    await vi.waitFor(() => expect(deployment.journal('cancelled', 'aborted')).toHaveLength(1), WITHIN);
    await client.close();
  });

  it('waits for an endpoint whose pods are starting [host.connect.back-off]', async () => {
    const port = await freePort();
    let refused = 0;
    // Nothing answers at first, and then for a moment what a balancer without pods says.
    const away = createServer((socket) => {
      refused += 1;
      socket.on('error', () => undefined).resume();
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
      );
    });
    const connecting = connect('connect', `http://127.0.0.1:${port}/mcp`);
    await new Promise<void>((resolve) => away.listen(port, '127.0.0.1', resolve));
    await vi.waitFor(() => expect(refused).toBeGreaterThan(0), WITHIN);
    await new Promise((resolve) => away.close(resolve));
    const pod = await startPod({ module: FIXTURE, port });
    const { client, call } = await connecting;
    expect(await call('echo', { text: 'at last' })).toContain('at last');
    await client.close();
    await pod.stop();
  });

  it('opens a new session if the endpoint has lost it, with the same level and subscriptions [host.connect.session]', async () => {
    const { client, call, notified } = await connect('connect', deployment.balancer.href);
    const messages = () => notified.filter((method) => method === 'notifications/message').length;
    const session = async () => sessionIn(await call('whoami'));
    await client.subscribeResource({ uri: 'note://one' });
    await client.setLoggingLevel('critical');
    const lost = await session();
    await endSession(lost);
    const now = await session();
    expect(['none', lost]).not.toContain(now);
    expect(await call('whoami')).toContain('elicitation');
    await call('touch', { uri: 'note://one' });
    await vi.waitFor(() => expect(notified).toContain('notifications/resources/updated'), WITHIN);
    // A message of each level, and one that the server says by itself.
    await call('log');
    await call('say', { text: 'by itself' });
    await vi.waitFor(() => expect(messages()).toBe(4), WITHIN);
    expect(await call('ask')).toContain('Ada');
    await client.close();
  });

  it('passes on what a pipe holds, in order, and ends its session [host.stdio.end]', async () => {
    const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    const { code, messages } = await pipe(
      ['connect', deployment.balancer.href],
      [INITIALIZE, initialized, callLine(1, 'whoami')],
    );
    expect(code).toBe(0);
    expect(messages.map(({ id }) => id)).toEqual([0, 1]);
    const session = sessionIn(JSON.stringify(messages[1]));
    expect(session).not.toBe('none');
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
    expect((await fetch(deployment.pods[0], { method: 'DELETE', headers })).status).toBe(404);
  });

  it.each(['closes the input', 'sends SIGTERM'])(
    'ends soon when its host %s, though the endpoint is gone [host.stdio.end]',
    async (how) => {
      const pod = await startPod({ module: FIXTURE });
      const child = spawn(process.execPath, [ANYPOD, 'connect', pod.url], { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.write(`${INITIALIZE}\n`);
      await once(child.stdout, 'data');
      await pod.kill9();
      const left = once(child, 'exit').then(([code]) => code);
      if (how === 'sends SIGTERM') child.kill('SIGTERM');
      else child.stdin.end();
      // What must arrive is sent for a minute.
      expect(await Promise.race([left, delay(30_000, 'still there', { ref: false })])).toBe(0);
    },
  );

  it('names what is wrong with its arguments', async () => {
    const child = startChild(process.execPath, [ANYPOD, 'connect', 'ftp://x', '--header', 'broken', '--what', 'x']);
    expect(await child.exited).toMatchObject({ code: 2 });
    expect(child.logs()).toMatch(/<url>: pass the URL/);
    expect(child.logs()).toMatch(/--header: must be/);
    expect(child.logs()).toMatch(/--what: unknown flag/);
  });
});
