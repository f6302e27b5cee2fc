import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../lib/free-port.ts';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../lib/otlp-collector.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { scrape } from '../lib/scrape.ts';
import { startTokenIssuer, type TokenIssuer } from '../lib/token-issuer.ts';
import { logLines } from './log-lines.ts';
import { MODERN_META } from './modern-wire.ts';
import type { ServicePod } from './service-pods.ts';
import { eventually } from './settle.ts';
import { clientTrace, startTracedPod } from './traced-pods.ts';

const RESOURCE = 'http://127.0.0.1/mcp';
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: {} });

let redis: RedisServer;
let collector: OtlpCollector;
let issuer: TokenIssuer;
let pod: ServicePod;
let switches: string;

beforeAll(async () => {
  [redis, collector, issuer] = await Promise.all([startRedis(), startOtlpCollector(), startTokenIssuer(RESOURCE)]);
  const gameDay = await freePort();
  switches = `http://127.0.0.1:${gameDay}/switches`;
  pod = await startTracedPod('R', redis.url, collector, {
    ANYPOD_AUTH_ISSUERS: issuer.url,
    ANYPOD_PUBLIC_URL: RESOURCE,
    ANYPOD_MAX_BODY: '1024',
    ANYPOD_RATE: '1',
    ANYPOD_RATE_BURST: '2',
    ANYPOD_GAME_DAY_PORT: `${gameDay}`,
    ANYPOD_LEGACY_SSE: 'true',
  });
});

afterAll(async () => {
  await pod?.kill9();
  await Promise.all([issuer?.stop(), collector?.stop(), redis?.stop()]);
});

type Headers = Readonly<Record<string, string>>;

/** Sends a request, also one that `fetch` does not send. Resolves to its status. */
async function ask(headers: Headers, method = 'POST', body = BODY): Promise<number> {
  const usual = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const sent = request(pod.url, { method, headers: { ...usual, ...headers } }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await response.toArray();
  return response.statusCode ?? 0;
}

async function tokenOf(sub: string): Promise<Headers> {
  return { authorization: `Bearer ${await issuer.token({ sub })}` };
}

const refusals = async (status: number, reason: string) =>
  (await scrape(pod.metrics)).samples.get(`anypod_refusals_total{status="${status}",reason="${reason}"}`);

interface Case {
  readonly status: number;
  readonly reason: string;
  readonly send: (headers: Headers) => Promise<number>;
}

const CASES: readonly Case[] = [
  { status: 403, reason: 'host', send: (headers) => ask({ ...headers, host: 'evil.test' }) },
  { status: 403, reason: 'origin', send: (headers) => ask({ ...headers, origin: 'https://evil.test' }) },
  { status: 405, reason: 'method', send: (headers) => ask(headers, 'PUT') },
  { status: 401, reason: 'token_missing', send: (headers) => ask(headers) },
  { status: 401, reason: 'token_invalid', send: (headers) => ask({ ...headers, authorization: 'Bearer no' }) },
  {
    status: 415,
    reason: 'content_type',
    send: async (headers) => ask({ ...headers, ...(await tokenOf('ann')), 'content-type': 'text/plain' }),
  },
  {
    status: 413,
    reason: 'body_too_large',
    send: async (headers) => ask({ ...headers, ...(await tokenOf('bob')) }, 'POST', `"${'x'.repeat(2000)}"`),
  },
  {
    status: 429,
    reason: 'rate_limit',
    send: async (headers) => {
      const token = await tokenOf('eve');
      for (const _ of [1, 2]) await ask(token);
      return ask({ ...headers, ...token });
    },
  },
  {
    status: 503,
    reason: 'store_unavailable',
    async send(headers) {
      await fetch(`${switches}/refuse`, { method: 'PUT', body: '{}' });
      try {
        return await ask(headers);
      } finally {
        await fetch(`${switches}/refuse`, { method: 'DELETE' });
      }
    },
  },
];

describe('a request that is refused before its message is read', () => {
  test.each(CASES)(
    'with $status ($reason) is counted, traced, and one line of the log [metrics.refusals]',
    async ({ status, reason, send }) => {
      const before = (await refusals(status, reason)) ?? Number.NaN;
      const { traceId, spanId, traceparent } = clientTrace();
      expect(await send({ traceparent })).toBe(status);
      expect(await refusals(status, reason)).toBe(before + 1);
      const span = await eventually(() => {
        const [found, ...more] = collector.spans.filter((one) => one.traceId === traceId);
        expect(found).toBeDefined();
        expect(more.filter(({ kind }) => kind === 2)).toEqual([]);
        return found;
      });
      expect(span).toMatchObject({ name: reason === 'method' ? 'PUT' : 'POST', parentSpanId: spanId, failed: true });
      expect(span?.attributes).toMatchObject({ 'error.type': reason, 'http.response.status_code': status });
      const lines = pod
        .logs()
        .split('\n')
        .filter((line) => line.includes(traceId));
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ status, reason, trace_id: traceId });
    },
  );
});

const REFUSED = [
  { method: 'tools/list', params: {}, status: 400, code: '-32602', reason: 'malformed' },
  { method: 'invented/method', params: { _meta: MODERN_META }, status: 404, code: '-32601', reason: 'unknown_method' },
] as const;

test.each(REFUSED)(
  'a message of 2026-07-28 that is refused with $status ($reason) is counted, traced with the code of its error, and one line of the log [metrics.refusals]',
  async ({ method, params, status, code, reason }) => {
    const before = (await refusals(status, reason)) ?? Number.NaN;
    const { traceId, traceparent } = clientTrace();
    const version = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
    const headers = { ...version, ...(await tokenOf(reason)), traceparent };
    expect(await ask(headers, 'POST', JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).toBe(status);
    expect(await refusals(status, reason)).toBe(before + 1);
    const span = await eventually(() => {
      const [found, ...more] = collector.spans.filter((one) => one.traceId === traceId && one.kind === 2);
      expect([found?.name, more]).toEqual([method, []]);
      return found;
    });
    const codes = { 'error.type': code, 'rpc.response.status_code': code, 'http.response.status_code': status };
    expect(span?.attributes).toMatchObject(codes);
    const lines = pod.logs().split('\n');
    const own = lines.filter((line) => line.includes(traceId));
    expect(own.map((line) => JSON.parse(line))).toMatchObject([{ method, status, reason, fault: code }]);
    expect(lines.filter((line) => line.includes('a modern request was refused'))).toEqual([]);
  },
);

describe('a request without a message has a span', () => {
  /** Sends a GET or DELETE, and returns its span. */
  async function spanOf(method: string, path: string, headers: Headers = {}): Promise<CollectedSpan> {
    const { traceId, spanId, traceparent } = clientTrace();
    const token = await tokenOf(`${method} ${path}`);
    const sent = { ...token, ...headers, traceparent, accept: 'text/event-stream' };
    const response = await fetch(new URL(path, pod.url), { method, headers: sent });
    await response.body?.cancel();
    const span = await eventually(() => {
      const found = collector.spans.filter((one) => one.traceId === traceId && one.kind === 2);
      expect(found).toHaveLength(1);
      return found[0] as CollectedSpan;
    });
    expect(span).toMatchObject({ name: method, parentSpanId: spanId });
    expect(span.attributes).toMatchObject({ 'http.request.method': method });
    return span;
  }

  test.each(['GET', 'DELETE'])('%s of an unknown session [trace.methods]', async (method) => {
    const span = await spanOf(method, '/mcp', { 'mcp-session-id': 'nobody', 'mcp-protocol-version': '2025-11-25' });
    expect(span).toMatchObject({ failed: true });
    expect(span.attributes).toMatchObject({ 'error.type': '404', 'http.response.status_code': 404 });
    expect(JSON.stringify(span)).not.toContain('nobody');
  });

  test('a GET that opens the stream of HTTP+SSE, with the store calls that it makes [trace.methods]', async () => {
    const span = await spanOf('GET', '/sse');
    expect(span).toMatchObject({ failed: false });
    expect(span.attributes).not.toHaveProperty('error.type');
    await eventually(() => {
      const children = collector.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
      expect(children.map(({ name }) => name)).toContain('store sessions.create');
    });
  });
});

test('a line has the hash of the principal, which names nobody [log.principal]', async () => {
  const [ann, bob] = [clientTrace(), clientTrace()];
  await ask({ ...(await tokenOf('carol')), traceparent: ann.traceparent });
  await ask({ ...(await tokenOf('dave')), traceparent: bob.traceparent });
  const lines = await eventually(() => {
    const found = [ann, bob].map(({ traceId }) =>
      logLines(pod, 'request').find((line) => line['trace_id'] === traceId),
    );
    for (const line of found) expect(line?.['principal']).toMatch(/^[\w-]{16}$/);
    return found;
  });
  expect(lines[0]?.['principal']).not.toBe(lines[1]?.['principal']);
  expect(pod.logs()).not.toMatch(/carol|dave/);
});

test('above debug, refusals are told ever more rarely, with their number [log.refusals]', async () => {
  pod.process.signal('SIGUSR2');
  await eventually(() => expect(pod.logs()).toContain('the log level is now info'));
  const told = () => logLines(pod, 'a request was refused').filter(({ reason }) => reason === 'host');
  for (const _ of Array(20)) await ask({ host: 'evil.test' });
  expect(told().length).toBeLessThan(5);
  expect(told()[0]).toMatchObject({ level: 'warn', status: 403 });
  await eventually(async () => {
    await ask({ host: 'evil.test' });
    expect(told().some(({ repeated }) => Number(repeated) > 0)).toBe(true);
  });
});
