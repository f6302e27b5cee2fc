import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { MODERN_META } from './modern-wire.ts';
import { type Message, messagesOf, openSession, post, textOf } from './wire.ts';

const deployment = useDeployment();

const MiB = 1024 * 1024;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** JSON whose members `deep` are nested so deep. */
const withDeep = (body: unknown, depth: number): string => JSON.stringify(body).replaceAll('"DEEP"', nested(depth));

const CALL = { name: 'slow', arguments: { steps: 1, ms: 1500 } };

async function refusalOf(response: Response): Promise<[status: number, code: number | undefined, id: unknown]> {
  const [message] = await messagesOf(response);
  return [response.status, message?.error?.code, message?.id];
}

describe('a body that is nested deep', () => {
  const deep = 'DEEP';
  const requests: Record<string, Message> = {
    initialize: { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: { deep } } },
    'a call': { id: 2, method: 'tools/call', params: { ...CALL, arguments: { ...CALL.arguments, deep } } },
    "a call's _meta": { id: 'three', method: 'tools/call', params: { ...CALL, _meta: { deep } } },
  };
  const others: Record<string, unknown> = {
    'an answer': { jsonrpc: '2.0', id: 4, result: { deep } },
    progress: { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1, deep } },
    'a batch': [{ jsonrpc: '2.0', id: 5, method: 'ping', params: { deep } }],
    'nothing that we know': [deep],
  };

  test.each(Object.keys(requests))('is refused under its id: %s [http.body.depth]', async (name) => {
    const session = await openSession(deployment.balancer, { version: '2025-03-26' });
    const request = { jsonrpc: '2.0', ...requests[name] };
    const response = await post(deployment.balancer, withDeep(request, 5000), session.headers);
    expect(await refusalOf(response)).toEqual([400, -32600, request.id]);
    expect((await session.send(deployment.balancer, { jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(200);
  });

  test.each(Object.keys(others))('is refused: %s [http.body.depth]', async (name) => {
    const session = await openSession(deployment.balancer, { version: '2025-03-26' });
    const response = await post(deployment.balancer, withDeep(others[name], 5000), session.headers);
    expect(await refusalOf(response)).toEqual([400, -32600, null]);
  });

  test('is refused in 2026-07-28 [http.body.depth]', async () => {
    const params = { ...CALL, arguments: { deep }, _meta: MODERN_META };
    const body = withDeep({ jsonrpc: '2.0', id: 'modern', method: 'tools/call', params }, 5000);
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': CALL.name };
    const response = await post(deployment.balancer, body, headers);
    expect(await refusalOf(response)).toEqual([400, -32600, 'modern']);
  });

  test('is served up to 100 levels, the message and its params among them [http.body.depth]', async () => {
    const session = await openSession(deployment.balancer);
    const params = { name: 'echo', arguments: { text: 'deep enough', padding: 'x'.repeat(200), deep } };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
    const call = (depth: number) => post(deployment.balancer, withDeep(body, depth), session.headers);
    expect((await messagesOf(await call(97))).map(textOf)).toEqual(['deep enough']);
    expect((await call(98)).status).toBe(400);
  });

  test('of the largest size is refused before it is parsed [http.body.depth]', async () => {
    const session = await openSession(deployment.balancer);
    const text = '['.repeat(2 * MiB - 1) + ']'.repeat(2 * MiB - 1);
    expect(await refusalOf(await post(deployment.balancer, text, session.headers))).toEqual([400, -32600, null]);
  });
});

describe('an encoded body', () => {
  const codings: Record<string, (text: string) => Uint8Array<ArrayBuffer>> = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    GZIP: gzipSync,
    deflate: deflateSync,
    ' deflate ': deflateRawSync,
    br: brotliCompressSync,
    identity: (text) => Buffer.from(text),
  };

  function send(coding: string, bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> {
    const all = { 'content-type': 'application/json', ...headers, 'content-encoding': coding };
    return fetch(deployment.balancer, { method: 'POST', headers: all, body: bytes });
  }

  test.each(Object.keys(codings))('is decoded from "%s" in both eras [http.body.coding]', async (coding) => {
    const encode = codings[coding] as (text: string) => Uint8Array<ArrayBuffer>;
    const session = await openSession(deployment.balancer);
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'dé' } } };
    const legacy = await send(coding, encode(JSON.stringify(call)), session.headers);
    expect((await messagesOf(legacy)).map(textOf)).toEqual(['dé']);
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
    const body = { ...call, params: { ...call.params, _meta: MODERN_META } };
    const modern = await send(coding, encode(JSON.stringify(body)), headers);
    expect((await messagesOf(modern)).map(textOf)).toEqual(['dé']);
  });

  test.each(['compress', 'zstd', 'gzip, br', 'nonsense', 'constructor'])(
    'is refused with 415 and the codings that are served: "%s" [http.body.coding]',
    async (coding) => {
      const session = await openSession(deployment.balancer);
      const response = await send(coding, Buffer.from('{}'), session.headers);
      expect(response.status).toBe(415);
      expect(response.headers.get('accept-encoding')).toBe('gzip, deflate, br');
      expect((await messagesOf(response))[0]?.error?.message).toMatch(/gzip, deflate or br/);
    },
  );

  test.each(['gzip', 'deflate', 'br'])('is refused with 400 where it is not %s [http.body.coding]', async (coding) => {
    const session = await openSession(deployment.balancer);
    for (const bytes of [Buffer.from('{"jsonrpc":"2.0"}'), Buffer.alloc(0), gzipSync('{}').subarray(0, 10)]) {
      expect(await refusalOf(await send(coding, bytes, session.headers))).toEqual([400, -32700, null]);
    }
  });

  test.each(['gzip', 'deflate', 'br'])(
    'is refused with 413 where it grows above the limit: %s [http.body.coding]',
    async (coding) => {
      const session = await openSession(deployment.balancer);
      const encode = codings[coding] as (text: string) => Uint8Array<ArrayBuffer>;
      const bomb = encode(' '.repeat(64 * MiB));
      expect(bomb.length).toBeLessThan(MiB);
      expect((await refusalOf(await send(coding, bomb, session.headers)))[0]).toBe(413);
      const fits = encode(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) + ' '.repeat(4 * MiB - 100));
      expect((await send(coding, fits, session.headers)).status).toBe(200);
    },
  );

  test('is nested no deeper than a plain one [http.body.depth]', async () => {
    const session = await openSession(deployment.balancer);
    const body = gzipSync(withDeep({ jsonrpc: '2.0', id: 7, method: 'ping', params: { deep: 'DEEP' } }, 200));
    expect(await refusalOf(await send('gzip', body, session.headers))).toEqual([400, -32600, 7]);
  });
});

test('a byte order mark is skipped [http.body.byte-order-mark]', async () => {
  const session = await openSession(deployment.balancer);
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  expect(await (await post(deployment.balancer, `\uFEFF${ping}`, session.headers)).json()).toMatchObject({
    result: {},
  });
  expect(await refusalOf(await post(deployment.balancer, `\uFEFF\uFEFF${ping}`, session.headers))).toEqual([
    400,
    -32700,
    null,
  ]);
});
