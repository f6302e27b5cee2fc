import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anypod, createAnypod } from '../anypod.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'client', version: '1' } },
};

describe('the endpoint over HTTP', () => {
  let anypod: Anypod;
  let servers: Server[] = [];
  const urls = { node: '', express: '', parsed: '' };
  let session: Record<string, string>;

  function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(handler);
    servers.push(server);
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`));
    });
  }

  beforeAll(async () => {
    anypod = await createAnypod({
      createServer: () => new McpServer({ name: 'test', version: '1' }),
      maxBodyBytes: 2000,
    });
    urls.node = await listen(anypod.handler);
    urls.express = await listen(express().use(anypod.router()));
    urls.parsed = await listen(express().use(express.json(), anypod.router()));
    const response = await fetch(urls.node, { method: 'POST', headers: HEADERS, body: JSON.stringify(initialize) });
    session = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '' };
  });

  afterAll(async () => {
    await anypod.close();
    for (const server of servers.splice(0)) server.close();
    servers = [];
  });

  const ping = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' });
  const send = (init: RequestInit & { url?: string }) => {
    const headers = { ...HEADERS, ...session, ...(init.headers as Record<string, string>) };
    return fetch(init.url ?? urls.node, { method: 'POST', body: ping, ...init, headers });
  };

  it.each(['node', 'express', 'parsed'] as const)('answers through %s', async (url) => {
    const response = await send({ url: urls[url] });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
  });

  it.each(['plain', 'café', '日本', '😀'])('answers whole where the text is %s', async (id) => {
    const response = await send({ body: JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }) });
    const bytes = await response.bytes();
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect(JSON.parse(Buffer.from(bytes).toString('utf8'))).toEqual({ jsonrpc: '2.0', id, result: {} });
  });

  describe.each(['node', 'express', 'parsed', 'fetch'] as const)('a body through %s', (way) => {
    const sendBody = (body: Uint8Array<ArrayBuffer> | string, coding?: string) => {
      const headers = { ...HEADERS, ...session, ...(coding === undefined ? {} : { 'content-encoding': coding }) };
      const init = { method: 'POST', headers, body };
      return way === 'fetch' ? anypod.fetch(new Request(urls.node, init)) : fetch(urls[way], init);
    };

    it.each([
      ['gzip', gzipSync(ping)],
      ['br', brotliCompressSync(ping)],
      ['deflate', deflateSync(ping)],
    ])('is decoded from %s', async (coding, body) => {
      expect((await sendBody(body, coding)).status).toBe(200);
    });

    it('may begin with a byte order mark', async () => {
      // Middleware parses this body, not anypod.
      if (way !== 'parsed') expect((await sendBody(`\uFEFF${ping}`)).status).toBe(200);
    });

    it('is refused under its id where it is nested too deep', async () => {
      const deep = ping.replace('"ping"', `"ping","params":{"a":${'['.repeat(200)}${']'.repeat(200)}}`);
      const response = await sendBody(deep);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ id: 2, error: { code: -32600 } });
    });

    it('is refused where it is too large once it is decoded', async () => {
      const response = await sendBody(gzipSync(ping + ' '.repeat(200_000)), 'gzip');
      expect(response.status).toBe(413);
    });
  });

  it('answers at the path with a slash behind it', async () => {
    for (const way of ['express', 'parsed'] as const) expect((await send({ url: `${urls[way]}/` })).status).toBe(200);
  });

  it('leaves other paths of an Express app alone', async () => {
    expect((await fetch(urls.express.replace('/mcp', '/other'))).status).toBe(404);
  });

  const text = 'x'.repeat(3000);
  it.each<[number, number, RequestInit]>([
    [400, -32700, { body: '{' }],
    [400, -32600, { body: '{}' }],
    [400, -32600, { body: '[]' }],
    [400, -32600, { body: `[${ping}]` }],
    [400, -32000, { headers: { 'mcp-protocol-version': '1999-01-01' } }],
    [404, -32001, { headers: { 'mcp-session-id': 'x'.repeat(44) } }],
    [406, -32000, { headers: { accept: 'text/html' } }],
    [415, -32000, { headers: { 'content-encoding': 'compress' } }],
    [400, -32700, { headers: { 'content-encoding': 'gzip' } }],
    [400, -32600, { body: `[${'['.repeat(100)}${']'.repeat(101)}` }],
    [413, -32000, { body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping', params: { text } }) }],
    [415, -32000, { headers: { 'content-type': 'text/plain' } }],
    [405, -32000, { method: 'PUT' }],
    [405, -32000, { method: 'DELETE', body: null, headers: { 'mcp-protocol-version': '2026-07-28' } }],
    [403, -32000, { headers: { origin: 'http://evil.example.com' } }],
  ])('refuses with %i (%i): %j', async (status, code, init) => {
    const response = await send(init);
    const body = (await response.json()) as { jsonrpc: string; error: { code: number; message: string } };
    expect([response.status, body.error.code]).toEqual([status, code]);
    expect(body.error.message).toMatch(/\S+ \S+/);
    expect((await send({})).status).toBe(200);
  });

  it('sends a stream that ends at once in one piece, of known length', async () => {
    const response = await send({ headers: { accept: 'text/event-stream' } });
    const text = await response.text();
    expect(text).toBe('event: message\ndata: {"jsonrpc":"2.0","id":2,"result":{}}\n\n');
    expect(response.headers.get('content-length')).toBe(`${text.length}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
  });

  it('sends the headers of a stream before its first event', async () => {
    const leaving = new AbortController();
    const headers = { ...session, accept: 'text/event-stream' };
    const response = await fetch(urls.node, { headers, signal: leaving.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(null);
    leaving.abort();
  });

  it('needs a session id on anything but initialize', async () => {
    const response = await fetch(urls.node, { method: 'POST', headers: HEADERS, body: ping });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Mcp-Session-Id');
  });

  it('lives on when a client leaves in the middle of its body, or sends garbage', async () => {
    const { port } = new URL(urls.node);
    for (const bytes of [
      'POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"json',
      '\u0000\u0001garbage\r\n\r\n',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    expect((await send({})).status).toBe(200);
  });
});
