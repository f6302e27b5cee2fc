import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../lib/otlp-collector.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { type ServicePod, startServicePod } from './service-pods.ts';
import { eventually } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { type Message, post, type WireSession } from './wire.ts';

/** What every call says in its arguments, and what its client sends as its token. */
export const SECRET = 'an-argument-that-nobody-may-see';
export const TOKEN = 'a-token-that-nobody-may-see';

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** The trace of a client, which records it. */
export function clientTrace() {
  const [traceId, spanId] = [hex(16), hex(8)];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** Starts a pod that sends everything to `collector` under this name, soon. */
export function startTracedPod(
  name: string,
  redisUrl: string,
  { url }: OtlpCollector,
  env: Readonly<Record<string, string>> = {},
): Promise<ServicePod> {
  return startServicePod({
    module: fileURLToPath(new URL('fixture-traced.ts', import.meta.url)),
    redisUrl,
    env: {
      ANYPOD_LEASE: '1000',
      ANYPOD_LOG_LEVEL: 'debug',
      ANYPOD_TRACE_SAMPLING: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      ...env,
    },
  });
}

const NAMES = ['A', 'B', 'C'] as const;
type Name = (typeof NAMES)[number];

/** Three pods with one Redis that send everything to one collector, for all tests of a file. */
export interface TracedPods {
  readonly redis: RedisServer;
  readonly collector: OtlpCollector;
  readonly all: readonly ServicePod[];
  pod(name: Name): ServicePod;
  /** The endpoint of a pod. */
  at(name: Name): URL;
}

export function useTracedPods(): TracedPods {
  let redis: RedisServer;
  let collector: OtlpCollector;
  let pods: readonly ServicePod[] = [];
  beforeAll(async () => {
    [redis, collector] = await Promise.all([startRedis(), startOtlpCollector()]);
    pods = await Promise.all(NAMES.map((name) => startTracedPod(name, redis.url, collector)));
  });
  afterAll(async () => {
    await Promise.all(pods.map((pod) => pod.kill9()));
    await collector?.stop();
    await redis?.stop();
  });
  const pod = (name: Name) => pods[NAMES.indexOf(name)] as ServicePod;
  return {
    get redis() {
      return redis;
    },
    get collector() {
      return collector;
    },
    get all() {
      return pods;
    },
    pod,
    at: (name) => new URL(pod(name).url),
  };
}

/** Calls a tool of the fixture. `meta` goes into the message, `headers` with its HTTP request. */
export function callTraced(
  session: WireSession,
  pod: URL,
  name: string,
  meta: object,
  headers: object = {},
  ms = 0,
): Promise<Response> {
  const params = { name, arguments: { secret: SECRET, ms }, _meta: meta };
  const body = { jsonrpc: '2.0', id: `${name}-1`, method: 'tools/call', params };
  return post(pod, body, { ...session.headers, authorization: `Bearer ${TOKEN}`, ...headers });
}

/** The three requests of a call that asks, each with its pod and, if it has one, the trace of its HTTP request. */
export type AskingRequests = Readonly<Record<'call' | 'answer' | 'resume', { pod: URL; traceparent?: string }>>;

/** Calls a tool that asks, cuts the call's stream, resumes it, and then answers. */
export async function askAcross(session: WireSession, traceparent: string, { call, answer, resume }: AskingRequests) {
  const own = (one: { traceparent?: string }) =>
    one.traceparent === undefined ? {} : { traceparent: one.traceparent };
  const first = readStream(await callTraced(session, call.pod, 'ask', { traceparent }, own(call)));
  const question = await first.until(({ method }) => method === 'elicitation/create');
  await first.cut();
  const get = { ...session.headers, accept: 'text/event-stream', 'last-event-id': lastEventId(first.events) };
  const resumed = readStream(await fetch(resume.pod, { headers: { ...get, ...own(resume) } }));
  const result = { action: 'accept', content: { name: SECRET } };
  const answered = { jsonrpc: '2.0', id: question.id, result };
  expect((await post(answer.pod, answered, { ...session.headers, ...own(answer) })).status).toBe(202);
  return { question, last: (await resumed.rest()).at(-1) as Message };
}

/** The spans of a trace, once it has all of `names`, each with its pod before it. */
export async function spansWhen(
  collector: OtlpCollector,
  traceId: string,
  names: readonly string[],
): Promise<readonly CollectedSpan[]> {
  return eventually(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    expect(spans.map(({ pod, name }) => `${pod} ${name}`)).toEqual(expect.arrayContaining([...names]));
    return spans;
  });
}

export const spanIn = (spans: readonly CollectedSpan[], name: string): CollectedSpan =>
  spans.find((span) => span.name === name) as CollectedSpan;
