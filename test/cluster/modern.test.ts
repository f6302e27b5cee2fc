import { describe, expect, test } from 'vitest';
import { alternating, choosing, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { eventually } from './settle.ts';

const deployment = useDeployment();

const PIN = { pin: '2026-07-28' };

describe('the official client at 2026-07-28', () => {
  test.each([PIN, 'auto'] as const)('%j: any pod answers any request [modern.serve.any-pod]', async (mode) => {
    const client = await connectMode(mode, { fetch: alternating(deployment.pods) });
    expect(client.era).toBe('modern');
    expect(client.sessionId).toBeUndefined();
    expect(await client.tools()).toContain('echo');
    for (let call = 0; call < 3; call += 1) expect(await client.call('echo', { text: `${call}` })).toBe(`${call}`);
    await client.close();
  });

  test('the server knows its client on every pod [modern.serve.any-pod]', async () => {
    const client = await connectMode(PIN, { fetch: alternating(deployment.pods), name: 'modern-client' });
    const pids = new Set<number>();
    for (let call = 0; call < 3; call += 1) {
      const known = JSON.parse(await client.call('whoami'));
      expect(known).toMatchObject({ client: { name: 'modern-client' }, version: '2026-07-28' });
      pids.add(known.pid);
    }
    expect(pids.size).toBe(3);
    await client.close();
  });

  test('progress arrives in order, then the result', async () => {
    const client = await connectMode(PIN, { fetch: alternating(deployment.pods) });
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    expect(await client.call('slow', { steps: 4, ms: 20 }, { onprogress })).toBe('4 steps');
    expect(seen).toEqual([1, 2, 3, 4]);
    await client.close();
  });

  test('a client that gives a call up cancels it [modern.disconnect.cancels]', async () => {
    const client = await connectMode(PIN, { fetch: alternating(deployment.pods) });
    const stop = new AbortController();
    const call = expect(client.call('wait_cancel', { key: 'modern' }, { signal: stop.signal })).rejects.toThrow();
    await eventually(() => expect(deployment.journal('modern', 'started')).toHaveLength(1));
    stop.abort('enough');
    await call;
    await eventually(() => expect(deployment.journal('modern', 'aborted')).toHaveLength(1));
    await client.close();
  });
});

describe('subscriptions/listen', () => {
  /** Listen streams on pod A, everything else on B and C. */
  function split() {
    let next = 0;
    return choosing(deployment.pods, (request) =>
      rpcMethod(request) === 'subscriptions/listen' ? 0 : 1 + (next++ % 2),
    );
  }

  test('a stream on one pod gets what handlers on others announce [modern.listen.changes]', async () => {
    const heard: string[] = [];
    const on = {
      'notifications/tools/list_changed': () => void heard.push('tools'),
      'notifications/resources/updated': (params: Record<string, unknown>) => void heard.push(String(params['uri'])),
    };
    const client = await connectMode(PIN, { fetch: split(), on });
    const listening = await client.client.listen({ toolsListChanged: true, resourceSubscriptions: ['note://one'] });
    for (let round = 1; round <= 3; round += 1) {
      heard.length = 0;
      await client.call('touch', { uri: 'note://other' });
      await client.call('touch', { uri: 'note://one' });
      await eventually(() => expect(heard).toContain('note://one'));
      await client.call('change_tools');
      await eventually(() => expect(heard).toEqual(['note://one', 'tools']));
    }
    await listening.close();
    await client.close();
  });

  test("streams on all pods hear of a resource that a legacy session's handler changed [modern.listen.changes]", async () => {
    const uri = 'note://of-legacy';
    const heard: number[] = [];
    const listeners = await Promise.all(
      deployment.pods.map(async (pod, index) => {
        const on = { 'notifications/resources/updated': () => void heard.push(index) };
        const client = await connectMode(PIN, { fetch: choosing([pod], () => 0), on });
        await client.client.listen({ resourceSubscriptions: [uri] });
        return client;
      }),
    );
    const legacy = await connectMode('legacy', { fetch: alternating(deployment.pods) });
    await legacy.call('touch', { uri });
    await eventually(() => expect(heard.toSorted()).toEqual([0, 1, 2]));
    await Promise.all([...listeners, legacy].map((client) => client.close()));
  });

  test('a legacy subscriber hears of a resource that a modern call changed [legacy.subscribe.everywhere]', async () => {
    const uri = 'note://of-modern';
    const heard: unknown[] = [];
    const on = {
      'notifications/resources/updated': (params: Record<string, unknown>) => void heard.push(params['uri']),
    };
    const legacy = await connectMode('legacy', { fetch: alternating(deployment.pods), on });
    await legacy.subscribe(uri);
    const modern = await connectMode(PIN, { fetch: alternating(deployment.pods) });
    await modern.call('touch', { uri });
    await eventually(() => expect(heard).toEqual([uri]));
    await Promise.all([modern, legacy].map((client) => client.close()));
  });
});
