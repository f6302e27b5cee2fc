import { describe, expect, test } from 'vitest';
import type { FetchLike } from '../../lib/pod-choosing-fetch.ts';
import type { Pod } from '../../lib/pods.ts';
import { createPoster } from '../../lib/poster.ts';
import type { OfficialClient } from '../official-client.ts';
import { OFFICIAL_CLIENTS } from '../official-clients.ts';
import { eventually } from '../settle.ts';
import { messagesOf, openSession, textOf, type WireSession } from '../wire.ts';
import { BALANCERS, cleanUpAfterEach, later, startStage } from './stage.ts';

/** The default: longer than the balancers need. */
const DRAIN_DELAY = { ANYPOD_DRAIN_DELAY: '5000', ANYPOD_RETRY: '200' };

describe.each(BALANCERS)('$label as documented', ({ start, without }) => {
  cleanUpAfterEach();

  test('loses no call and no message while all pods are replaced, one after the other [http.balancer.rollout] [pod.drain.nothing-fails]', async () => {
    const stage = await startStage(DRAIN_DELAY);
    const balancer = await start({ pods: stage.pods });
    later(() => balancer.stop());
    const url = new URL(balancer.url);
    // nginx closes idle connections of clients when it is reloaded, whatever is on its way on them.
    const kept = without === undefined;
    const heard: unknown[][] = [];
    const clients = await Promise.all(
      OFFICIAL_CLIENTS.map(async ({ connect }, index) => {
        const own: unknown[] = [];
        heard[index] = own;
        const on = { 'notifications/message': (params: Record<string, unknown>) => void own.push(params['data']) };
        const client = await connect({ fetch: sending(url, kept), on });
        later(() => client.close());
        return client;
      }),
    );

    const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession(new URL(stage.pods[0]?.url ?? ''))));
    const load = callAndSay(url, { clients, sessions, kept });
    const first = stage.pods.map((pod) => pod.process.pid);
    for (const index of stage.pods.keys()) {
      const before = load.answered();
      const pod = stage.pods[index] as Pod;
      if (without !== undefined) await balancer.reload(without(pod.port));
      expect(await pod.stop()).toMatchObject({ code: 0 });
      await stage.replace(index);
      if (without !== undefined) await balancer.reload();
      await eventually(() => expect(load.answered()).toBeGreaterThan(before + 20));
    }
    const said = await load.stop();
    expect(stage.pods.map((pod) => pod.process.pid).some((pid) => first.includes(pid))).toBe(false);
    const all = Array.from({ length: said }, (_, index) => `${index}`);
    for (const own of heard) await eventually(() => expect(own).toEqual(all));
  }, 180_000);
});

/** Keeps a connection for the next request, or not. */
function sending(url: URL, kept: boolean): FetchLike {
  return (_url, init) => {
    const headers = new Headers(init?.headers);
    if (!kept) headers.set('connection', 'close');
    return fetch(url, { ...init, headers });
  };
}

interface LoadOptions {
  readonly clients: readonly OfficialClient[];
  readonly sessions: readonly WireSession[];
  /** Whether connections are used again. */
  readonly kept: boolean;
}

interface Load {
  /** Calls so far. */
  answered(): number;
  /** Throws what any call threw; answers how many messages each client was sent. */
  stop(): Promise<number>;
}

/** Calls, and messages to the clients' standing streams; nothing is tried twice. */
function callAndSay(url: URL, { clients, sessions, kept }: LoadOptions): Load {
  let stopped = false;
  let answered = 0;
  let said = 0;
  const poster = createPoster(4, kept);
  later(async () => {
    stopped = true;
    poster.stop();
  });
  const call = async ({ headers }: WireSession) => {
    for (let id = 1; !stopped; id += 1) {
      const params = { name: 'slow', arguments: { steps: 1, ms: 50 } };
      const answer = await poster.post(url, { jsonrpc: '2.0', id, method: 'tools/call', params }, headers);
      expect(textOf((await messagesOf(answer)).at(-1))).toBe('1 steps');
      answered += 1;
    }
  };
  const say = async () => {
    for (; !stopped; said += 1) for (const client of clients) await client.call('say', { text: `${said}` });
  };
  const running = Promise.all([say(), ...sessions.map(call)]);
  running.catch(() => undefined);
  return {
    answered: () => answered,
    async stop() {
      stopped = true;
      await running;
      return said;
    },
  };
}
