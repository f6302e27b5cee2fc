import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Child } from '../lib/child.ts';
import { useDeployment } from './deployment.ts';
import { settled } from './settle.ts';
import { messagesOf, openSession, type WireSession } from './wire.ts';

const LEASE_MS = 3000;
const deployment = useDeployment({ env: { ANYPOD_LEASE: `${LEASE_MS}` } });

const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' };

let frozen: Child | undefined;

/** The pod hears and does nothing, as in a long pause of its process or its node. */
function freeze(pod: Child): void {
  frozen = pod;
  pod.signal('SIGSTOP');
}

function thaw(): void {
  frozen?.signal('SIGCONT');
  frozen = undefined;
}

afterEach(thaw);

/** A session that every pod has cached, and whose requests a frozen pod cannot have answered before. */
async function cachedEverywhere(): Promise<WireSession> {
  const session = await openSession(deployment.pods[0]);
  for (const pod of deployment.pods) await messagesOf(await session.send(pod, PING));
  return session;
}

async function isPending(promise: Promise<unknown>, forMs: number): Promise<boolean> {
  return Promise.race([promise.then(() => false), delay(forMs, true)]);
}

describe('a pod that caches a session and does not answer', () => {
  test('is waited for by DELETE, and serves nothing afterwards [legacy.delete.confirmed]', async () => {
    const session = await cachedEverywhere();
    freeze(deployment.processes[1] as Child);
    const ended = session.end(deployment.pods[0]);
    expect(await isPending(ended, LEASE_MS / 6)).toBe(true);
    thaw();
    expect((await settled(ended, 'the DELETE')).ok).toBe(true);
    expect((await session.send(deployment.pods[1], PING)).status).toBe(404);
  });

  test('is waited for until its lease has run out, and asks the store when it comes back [legacy.delete.confirmed]', async () => {
    const session = await cachedEverywhere();
    freeze(deployment.processes[1] as Child);
    expect((await settled(session.end(deployment.pods[0]), 'the DELETE')).ok).toBe(true);
    const late = session.send(deployment.pods[1], PING);
    thaw();
    expect((await settled(late, 'the late request')).status).toBe(404);
  });

  test('does not log below a level that was set meanwhile [legacy.log-level.every-pod]', async () => {
    const session = await cachedEverywhere();
    freeze(deployment.processes[1] as Child);
    const params = { level: 'emergency' };
    const set = session.send(deployment.pods[0], { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params });
    expect((await settled(set, 'logging/setLevel')).status).toBe(200);
    const late = session.call(deployment.pods[1], 2, 'log').then(messagesOf);
    thaw();
    const logged = (await settled(late, 'the late call')).filter(({ method }) => method === 'notifications/message');
    expect(logged.map((message) => message.params?.['level'])).toEqual(['emergency']);
  });

  test('hinders nobody else', async () => {
    const session = await cachedEverywhere();
    freeze(deployment.processes[1] as Child);
    for (const pod of [deployment.pods[0], deployment.pods[2]]) {
      expect((await settled(session.send(pod, PING), 'a request to another pod')).status).toBe(200);
    }
  });
});
