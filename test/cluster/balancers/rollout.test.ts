import { describe, expect, test } from 'vitest';
import type { Pod } from '../../lib/pods.ts';
import { createPoster } from '../../lib/poster.ts';
import type { OfficialClient } from '../official-client.ts';
import { OFFICIAL_CLIENTS } from '../official-clients.ts';
import { eventually } from '../settle.ts';
import { messagesOf, openSession, textOf, type WireSession } from '../wire.ts';
import { BALANCERS, cleanUpAfterEach, later, startStage } from './stage.ts';

/** The default: longer than the balancers need. */
const DRAIN_DELAY = { ANYPOD_DRAIN_DELAY: '5000', ANYPOD_RETRY: '200' };

describe.each(BALANCERS)('$label as documented', ({ start, asksPods }) => {
  cleanUpAfterEach();

  test('loses and doubles no call and no message while all pods are replaced, one after the other [http.balancer.rollout] [pod.drain.nothing-fails]', async () => {
    const stage = await startStage(DRAIN_DELAY);
    const balancer = await start({ pods: stage.pods });
    later(() => balancer.stop());
    const url = new URL(balancer.url);
    const heard: unknown[][] = [];
    const clients = await Promise.all(
      OFFICIAL_CLIENTS.map(async ({ connect }, index) => {
        const own: unknown[] = [];
        heard[index] = own;
        const on = { 'notifications/message': (params: Record<string, unknown>) => void own.push(params['data']) };
        const client = await connect({ fetch: (_url, init) => fetch(url, init), on });
        later(() => client.close());
        return client;
      }),
    );
    const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession(url)));

    // Who asks no pod may send a request into a socket that is closing; it has not run then, and may be sent again.
    const load = callAndSay(url, { clients, sessions, attempts: asksPods ? 1 : 5 });
    const first = stage.pods.map((pod) => pod.process.pid);
    for (const index of stage.pods.keys()) {
      const before = load.keys.length;
      const pod = stage.pods[index] as Pod;
      pod.process.signal('SIGTERM');
      expect(await pod.process.exited).toMatchObject({ code: 0 });
      await stage.replace(index);
      await eventually(() => expect(load.keys.length).toBeGreaterThan(before + 20));
    }
    const said = await load.stop();
    expect(stage.pods.map((pod) => pod.process.pid).some((pid) => first.includes(pid))).toBe(false);
    const finished = load.keys.map((key) => stage.journal(key, 'finished').length);
    expect(finished).toEqual(load.keys.map(() => 1));
    const all = Array.from({ length: said }, (_, index) => `${index}`);
    for (const own of heard) await eventually(() => expect(own).toEqual(all));
  });
});

interface LoadOptions {
  readonly clients: readonly OfficialClient[];
  readonly sessions: readonly WireSession[];
  /** How often a request without an answer is sent at most. */
  readonly attempts: number;
}

interface Load {
  /** Of the calls that were answered. */
  readonly keys: readonly string[];
  /** Throws what any call threw; answers how many messages each client was sent. */
  stop(): Promise<number>;
}

async function attempt<T>(attempts: number, send: () => Promise<T>): Promise<T> {
  return send().catch((error: unknown) => {
    if (attempts > 1) return attempt(attempts - 1, send);
    throw error;
  });
}

/** Calls on connections that are kept, and messages to the clients' standing streams. */
function callAndSay(url: URL, { clients, sessions, attempts }: LoadOptions): Load {
  let stopped = false;
  let said = 0;
  const keys: string[] = [];
  const poster = createPoster(4);
  later(async () => {
    stopped = true;
    poster.stop();
  });
  let id = 0;
  const call = async ({ id: session, headers }: WireSession) => {
    while (!stopped && id < 20_000) {
      const key = `${session} ${++id}`;
      const [text, answered] = await attempt(attempts, async () => {
        const params = { name: 'slow', arguments: { steps: 1, ms: 50, key } };
        const answer = await poster.post(url, { jsonrpc: '2.0', id: ++id, method: 'tools/call', params }, headers);
        if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
        const body = await answer.clone().text();
        return [textOf((await messagesOf(answer)).at(-1)), `${answer.headers.get('content-type')}: ${body}`];
      });
      expect(text, answered).toBe('1 steps');
      keys.push(key);
    }
  };
  const say = async () => {
    for (; !stopped; said += 1) {
      for (const client of clients) await attempt(attempts, () => client.call('say', { text: `${said}` }));
    }
  };
  const running = Promise.all([say(), ...sessions.map(call)]);
  running.catch(() => undefined);
  return {
    keys,
    async stop() {
      stopped = true;
      await running;
      return said;
    },
  };
}
