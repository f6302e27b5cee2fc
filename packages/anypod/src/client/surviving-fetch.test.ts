import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import type { ResumeStore } from '../core/store/resume-store.ts';
import { createMemoryResumeStore } from './memory-store.ts';
import { createSurvivingFetch } from './surviving-fetch.ts';

const url = new URL('http://127.0.0.1/mcp');
const encoder = new TextEncoder();

interface Asked {
  readonly method: string;
  readonly headers: Headers;
  readonly message: { readonly id: unknown; readonly method: string };
}

/** A stream that says this, and then ends, breaks or says nothing more. */
function stream(text: string, then: 'ends' | 'breaks' | 'is silent' = 'ends'): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(text));
      if (then === 'ends') controller.close();
    },
    pull(controller) {
      if (then === 'breaks') controller.error(new Error('ECONNRESET'));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const result = (id: unknown, value: object) => ({ jsonrpc: '2.0', id, result: value });
const said = (id: unknown, text: string) =>
  `data: ${JSON.stringify(result(id, { content: [{ type: 'text', text }] }))}\n\n`;
const POSITION = 'id: 1\ndata: \n\n';

/** An endpoint with sessions. `calls` answers the POSTs of calls, `resumes` the GETs with a position; both in order, and the last answer for ever. */
function endpoint(
  calls: readonly ((asked: Asked) => Response)[],
  resumes: readonly ((asked: Asked, id: unknown) => Response)[] = [],
) {
  const asked: Asked[] = [];
  let callId: unknown;
  const next = <T>(answers: readonly T[], count: number) => answers[Math.min(count, answers.length) - 1] as T;
  const counted = (wanted: (one: Asked) => boolean) => asked.filter(wanted).length;
  const isCall = ({ message }: Asked) => message.method === 'tools/call';
  const isResume = ({ headers }: Asked) => headers.has('last-event-id');

  const post = (one: Asked): Response => {
    const { id, method } = one.message;
    const sessions = counted(({ message }) => message.method === 'initialize');
    if (method === 'initialize') {
      const value = {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 's', version: '1' },
      };
      return Response.json(result(id, value), { headers: { 'mcp-session-id': `session-${sessions}` } });
    }
    if (method === 'tools/list') {
      const tool = (name: string, annotations: object) => ({ name, inputSchema: { type: 'object' }, annotations });
      return Response.json(result(id, { tools: [tool('once', {}), tool('safe', { idempotentHint: true })] }));
    }
    if (!isCall(one)) return new Response(null, { status: 202 });
    callId = id;
    return next(calls, counted(isCall))(one);
  };

  const fetch = async (_input: unknown, init: RequestInit = {}): Promise<Response> => {
    const message = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    const one = { method: init.method ?? 'GET', headers: new Headers(init.headers), message };
    asked.push(one);
    if (one.method === 'POST') return post(one);
    return isResume(one) ? next(resumes, counted(isResume))(one, callId) : new Response(null, { status: 405 });
  };
  return { asked, fetch, count: (method: string) => counted(({ message }) => message.method === method) };
}

async function connect(fetch: typeof globalThis.fetch, store?: ResumeStore, token: { now: string } = { now: 'old' }) {
  const client = new Client({ name: 'c', version: '1' });
  const renew = async () => {
    token.now = 'new';
  };
  const authProvider = { token: async () => token.now, onUnauthorized: renew };
  const surviving = createSurvivingFetch(url, { fetch, silenceMs: 300, patienceMs: 20_000, ...(store && { store }) });
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider, fetch: surviving }));
  return (name: string, _meta: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: {}, _meta }).then(
      (answer) => JSON.stringify(answer.content),
      (error: { data?: unknown; message: string }) => error.data ?? error.message,
    );
}

describe('a call in a session', () => {
  it.each(['breaks', 'is silent', 'ends'] as const)(
    'whose stream %s is resumed, as often as needed [client.resume] [client.silence]',
    async (how) => {
      const server = endpoint(
        [() => stream(POSITION, how)],
        [() => stream('id: 2\ndata: \n\n', how), (_asked, id) => stream(said(id, 'done'))],
      );
      expect(await (await connect(server.fetch))('once')).toContain('done');
      expect(server.count('tools/call')).toBe(1);
      expect(server.asked.at(-1)?.headers.get('last-event-id')).toBe('2');
    },
  );

  it('that broke without a position is sent again if that is safe, and is an error if not [client.repeat] [client.once]', async () => {
    const server = endpoint([
      () => stream(': nothing\n\n', 'breaks'),
      ({ message }) => stream(said(message.id, 'again')),
    ]);
    expect(await (await connect(server.fetch))('safe')).toContain('again');
    const other = endpoint([() => stream(': nothing\n\n', 'breaks')]);
    expect(await (await connect(other.fetch))('once')).toEqual({ reason: 'connection_lost', retry: false });
    expect(other.count('tools/call')).toBe(1);
  });

  it('that is safe, and breaks each time, is not sent for ever [client.repeat]', async () => {
    const server = endpoint([() => stream('retry: 10\n\n', 'breaks')]);
    expect(await (await connect(server.fetch))('safe')).toEqual({ reason: 'connection_lost', retry: false });
    expect(server.count('tools/call')).toBe(9);
  });

  it('that the endpoint does not know any more is an error of its own [client.once]', async () => {
    const server = endpoint([() => stream(POSITION, 'breaks')], [() => new Response(null, { status: 404 })]);
    expect(await (await connect(server.fetch))('once')).toEqual({ reason: 'session_lost', retry: false });
    expect(server.count('tools/call')).toBe(1);
  });

  it('whose session is gone is sent again in a new one, opened in the same way [client.session]', async () => {
    const server = endpoint([
      () => new Response(null, { status: 404 }),
      ({ message }) => stream(said(message.id, 'new')),
    ]);
    expect(await (await connect(server.fetch))('once')).toContain('new');
    expect(server.count('initialize')).toBe(2);
    const again = server.asked.filter(({ message }) => message.method === 'initialize').at(-1);
    expect(again?.headers.has('mcp-session-id')).toBe(false);
    expect(server.asked.at(-1)?.headers.get('mcp-session-id')).toBe('session-2');
  });

  it('whose token expires goes on with a new one, which the official transport gets [client.token]', async () => {
    const server = endpoint(
      [() => stream(POSITION, 'breaks')],
      [
        ({ headers }, id) =>
          headers.get('authorization') === 'Bearer new'
            ? stream(said(id, 'done'))
            : new Response(null, { status: 401 }),
      ],
    );
    expect(await (await connect(server.fetch))('once')).toContain('done');
    expect(server.count('tools/call')).toBe(1);
  });
});

it('a step that cannot be kept is not begun: its call is not sent, and the client is told why [client.once]', async () => {
  const server = endpoint([({ message }) => stream(said(message.id, 'done'))]);
  const store = createMemoryResumeStore();
  const set: ResumeStore['set'] = async (key, value) => {
    if (key.includes(' step ')) throw new Error('The disk is full.');
    await store.set(key, value);
  };
  const call = await connect(server.fetch, { ...store, set });
  expect(await call('once', { 'anypod/step': 'pay' })).toContain('The disk is full.');
  expect(server.count('tools/call')).toBe(0);
});

it('the end of a session is sent once, though the endpoint is away', async () => {
  let sent = 0;
  const fetch = async (): Promise<Response> => {
    sent += 1;
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
  };
  const surviving = createSurvivingFetch(url, { fetch, patienceMs: 20_000 });
  await expect(surviving(url, { method: 'DELETE' })).rejects.toThrow('fetch failed');
  expect(sent).toBe(1);
});

it('requests to other addresses pass unchanged', async () => {
  const seen: unknown[] = [];
  const fetch = async (input: unknown, init?: RequestInit) => {
    seen.push([String(input), init]);
    return new Response(null, { status: 503, headers: { 'retry-after': '60' } });
  };
  const surviving = createSurvivingFetch(url, { fetch });
  const init = { method: 'POST', body: 'grant_type=refresh_token' };
  expect((await surviving('http://127.0.0.1/token', init)).status).toBe(503);
  expect(seen).toEqual([['http://127.0.0.1/token', init]]);
});
