import { describe, expect, test } from 'vitest';
import { startConnectionBalancer } from '../../lib/connection-balancer.ts';
import type { Pod } from '../../lib/pods.ts';
import { createPoster } from '../../lib/poster.ts';
import { connectMode } from '../client-v2.ts';
import { eventually } from '../settle.ts';
import { messagesOf, openSession, textOf } from '../wire.ts';
import { BALANCERS, cleanUpAfterEach, later, useStage } from './stage.ts';

const shared = useStage();

describe.each(BALANCERS)('$label as documented', ({ label, start, keepsPerPod }) => {
  cleanUpAfterEach();

  test('does not send a POST again whose pod was lost on it [http.balancer.no-repeat]', async () => {
    const stage = shared();
    const balancer = await start({ pods: stage.pods });
    later(() => balancer.stop());
    const fetchThrough = (_url: string | URL, init?: RequestInit) => fetch(balancer.url, init);
    const client = await connectMode({ pin: '2026-07-28' }, { fetch: fetchThrough });
    later(() => client.close());
    // On connections that are kept to the pods, and on others.
    for (let call = 0; call < 12; call += 1) await client.call('whoami');
    for (const round of [1, 2]) {
      const key = `${label} lost ${round}`;
      const call = expect(client.call('wait_cancel', { key })).rejects.toThrow();
      await eventually(() => expect(stage.journal(key, 'started')).toHaveLength(1));
      const [{ pid } = { pid: 0 }] = stage.journal(key, 'started');
      const index = stage.pods.findIndex((pod) => pod.process.pid === pid);
      await (stage.pods[index] as Pod).kill9();
      // The balancer has made up its mind.
      await call;
      await client.call('whoami');
      expect(stage.journal(key, 'started')).toHaveLength(1);
      await stage.replace(index);
    }
  });

  test('gives a POST to another pod where one cannot be connected [http.balancer.pod-down]', async () => {
    const stage = shared();
    const balancer = await start({ pods: stage.pods });
    later(() => balancer.stop());
    const url = new URL(balancer.url);
    const session = await openSession(url);
    await (stage.pods[0] as Pod).kill9();
    const calls = Array.from({ length: 30 }, async (_, id) => {
      const [answer] = await messagesOf(await session.call(url, id + 1, 'echo', { text: `${id}` }));
      return textOf(answer);
    });
    expect(await Promise.all(calls)).toEqual(calls.map((_, id) => `${id}`));
    await stage.replace(0);
  });

  test('closes idle connections before the pods do [http.balancer.connections]', async () => {
    const stage = shared();
    const watched = await Promise.all(stage.pods.map(({ port }) => startConnectionBalancer([port])));
    later(() => Promise.all(watched.map((one) => one.stop())));
    const balancer = await start({ pods: watched.map(({ url }) => ({ port: Number(url.port) })) });
    later(() => balancer.stop());
    const url = new URL(balancer.url);
    const { headers } = await openSession(url);
    const kept = createPoster(12);
    later(async () => kept.stop());
    const ping = (id: number) => kept.post(url, { jsonrpc: '2.0', id, method: 'ping' }, headers);
    await Promise.all(Array.from({ length: 120 }, (_, id) => ping(id)));
    const pooled = () => Math.max(...watched.map(({ posting }) => posting));
    // On a busy machine haproxy takes a minute or two for what it does in ten seconds.
    await eventually(() => expect(pooled()).toBeLessThanOrEqual(keepsPerPod), 200_000);
    const endedBy = watched.flatMap((one) => one.endedBy);
    // They were kept and used again: far fewer connections than requests.
    expect(endedBy.length).toBeGreaterThan(0);
    expect(endedBy.length).toBeLessThan(80);
    expect(endedBy).not.toContain('target');
  });
});
