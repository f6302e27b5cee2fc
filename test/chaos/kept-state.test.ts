import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { type Message, messagesOf, openSession, textOf, type WireSession } from '../cluster/wire.ts';
import { type Pod, type PodOptions, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';

const module = fileURLToPath(new URL('../cluster/fixture-keeping-v2.ts', import.meta.url));
const SESSIONS = 3;
const WRITERS = 4;

let redis: RedisServer;
let options: PodOptions;
const pods: Pod[] = [];

beforeAll(async () => {
  redis = await startRedis();
  const env = { ANYPOD_LEASE: '1000', ANYPOD_DRAIN_TIMEOUT: '2000' };
  options = { module, redisUrl: redis.url, env };
  pods.push(...(await Promise.all([0, 1, 2].map(() => startPod(options)))));
});

afterAll(async () => {
  await Promise.all(pods.map((pod) => pod.stop()));
  await redis?.stop();
});

const anyPod = () => new URL(pods[Math.floor(Math.random() * pods.length)]?.url ?? '');

let calls = 0;

/** The answer of any pod. Undefined: nobody knows what became of the request, because its pod went. */
async function attempt(session: WireSession, method: string, params: object): Promise<Message | undefined> {
  calls += 1;
  try {
    const response = await session.send(
      anyPod(),
      { jsonrpc: '2.0', id: calls, method, params },
      AbortSignal.timeout(20_000),
    );
    const answer = (await messagesOf(response)).at(-1);
    return response.ok && answer?.result !== undefined && answer.result['isError'] !== true ? answer : undefined;
  } catch {
    return undefined;
  }
}

const callTool = (session: WireSession, name: string, args: object) =>
  attempt(session, 'tools/call', { name, arguments: args });

/** Adds items until `stop`, each once. Notes which additions were confirmed. */
async function write(session: WireSession, writer: number, stop: AbortSignal, confirmed: string[], tried: string[]) {
  for (let n = 0; !stop.aborted; n += 1) {
    const item = `${writer}.${n}`;
    tried.push(item);
    if ((await callTool(session, 'add', { a: 'list', b: item })) !== undefined) confirmed.push(item);
    else await delay(20);
  }
}

async function seesLamp(session: WireSession): Promise<boolean | undefined> {
  const listed = await attempt(session, 'tools/list', {});
  const tools = listed?.result?.['tools'] as { name: string }[] | undefined;
  return tools?.some(({ name }) => name === 'lamp-a');
}

/** Switches a tool on and off until `stop`, and looks on any pod after each confirmed change. */
/** Switches until `stop`, and writes down in `looks` what it looked at. */
async function switchLamp(session: WireSession, stop: AbortSignal, looks: string[], wrong: string[]): Promise<void> {
  while (!stop.aborted) {
    const switched = await callTool(session, 'switch', { a: '0' });
    const seen = switched && (await seesLamp(session));
    if (switched === undefined || seen === undefined) continue;
    looks.push(textOf(switched));
    if (JSON.parse(textOf(switched)) !== seen)
      wrong.push(`${textOf(switched)} seen as ${seen} at look ${looks.length}`);
  }
}

async function replace(index: number, end: (pod: Pod) => Promise<unknown>): Promise<void> {
  const pod = pods[index] as Pod;
  await end(pod);
  pods[index] = await startPod({ ...options, port: pod.port });
}

test('what servers keep survives pods that are killed and pods that leave: nothing confirmed is lost, nothing is done twice [session.state.update] [session.registry]', async () => {
  const stop = new AbortController();
  const sessions = await Promise.all(
    Array.from({ length: SESSIONS }, async () => ({
      session: await openSession(anyPod()),
      confirmed: [] as string[],
      tried: [] as string[],
    })),
  );
  const writing = sessions.flatMap(({ session, confirmed, tried }) =>
    Array.from({ length: WRITERS }, (_, writer) => write(session, writer, stop.signal, confirmed, tried)),
  );
  const lamp = await openSession(anyPod());
  const wrong: string[] = [];
  const looks: string[] = [];
  const switching = switchLamp(lamp, stop.signal, looks, wrong);
  const enough = (more: number) => {
    const from = sessions.map(({ confirmed }) => confirmed.length);
    const looked = looks.length;
    return eventually(() => {
      expect(looks.length).toBeGreaterThan(looked + more / 4);
      for (const [n, { confirmed }] of sessions.entries())
        expect(confirmed.length).toBeGreaterThan((from[n] ?? 0) + more);
    });
  };
  await enough(20);
  await replace(0, (pod) => pod.kill9());
  await enough(20);
  await replace(1, (pod) => pod.stop());
  await enough(20);
  await replace(2, (pod) => pod.kill9());
  await enough(20);
  stop.abort();
  await Promise.all(writing);
  await switching;
  expect(wrong).toEqual([]);

  for (const { session, confirmed, tried } of sessions) {
    const answer = await callTool(session, 'get', { a: 'list' });
    const kept = JSON.parse(textOf(answer)) as string[];
    expect(new Set(kept).size).toBe(kept.length);
    expect(confirmed.filter((item) => !kept.includes(item))).toEqual([]);
    expect(kept.filter((item) => !tried.includes(item))).toEqual([]);
  }
});
