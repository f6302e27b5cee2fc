import { inputRequired, McpServer } from '@modelcontextprotocol/server';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { type Anypod, type AnypodOptions, createAnypod } from './anypod.ts';
import { silentMeter } from './core/meter.ts';
import { createMemoryStore } from './memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const MODERN = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': { name: 'client', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};

/** A principal, or the address of an anonymous caller. */
export type Who =
  | { readonly sub: string; readonly tenant?: string; readonly iss?: string }
  | { readonly address: string };

export const ANN: Who = { sub: 'ann' };
export const EVE: Who = { sub: 'eve' };

export interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly reason: unknown;
  readonly body: { id?: unknown; result?: Record<string, unknown>; error?: { code: number; message: string } };
  readonly session: string;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : { text }) as Answer['body'] & { error?: { data?: object } };
  const retryAfter = response.headers.get('retry-after');
  return {
    body,
    status: response.status,
    retryAfter: retryAfter === null ? undefined : Number(retryAfter),
    reason: (body.error?.data as { reason?: unknown } | undefined)?.reason,
    session: response.headers.get('mcp-session-id') ?? '',
  };
}

const contextOf = (who: Who) =>
  'sub' in who ? { authInfo: { token: '', clientId: 'app', scopes: [], extra: { iss: 'i', ...who } } } : who;

const opened: Anypod[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pod) => pod.close()));
});

const form = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
/** A server whose calls end at once, wait for `opened`, or ask. */
function createLimited(opened: Promise<void>): McpServer {
  const capabilities = { tools: {}, logging: {}, resources: { subscribe: true } };
  const server = new McpServer({ name: 'limited', version: '1' }, { capabilities });
  const inputSchema = z.object({});
  const done = { content: [{ type: 'text' as const, text: 'done' }] };
  server.registerTool('quick', { inputSchema }, () => done);
  server.registerTool('wait', { inputSchema }, async () => {
    await opened;
    return done;
  });
  server.registerTool('ask', { inputSchema }, async () => {
    await server.server.elicitInput({ message: 'name?', requestedSchema: form });
    return done;
  });
  server.registerTool('round', { inputSchema }, (_args, { mcpReq }) =>
    mcpReq.inputResponses === undefined
      ? inputRequired({
          inputRequests: { q: inputRequired.elicit({ message: 'sure?', requestedSchema: form }) },
          requestState: 'held',
        })
      : done,
  );
  return server;
}

/** Two pods of one store with limits, and what they have counted. */
export async function startLimited(options: Partial<AnypodOptions>) {
  const counted: string[] = [];
  const gate = Promise.withResolvers<void>();
  const createServer = () => createLimited(gate.promise);
  const shared = {
    createServer,
    store: createMemoryStore(),
    secrets: ['a secret of at least thirty-two bytes'],
    upgradeAfterMs: 20,
    meter: { ...silentMeter, limited: (reason: string) => void counted.push(reason) },
    ...options,
  };
  const pods = [await createAnypod(shared), await createAnypod(shared)] as const;
  opened.push(...pods);

  const send = (pod: 0 | 1, who: Who, init: RequestInit) =>
    pods[pod].fetch(new Request('http://localhost/mcp', init), contextOf(who));
  const post = (pod: 0 | 1, who: Who, message: unknown, headers: object = {}) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    return send(pod, who, { method: 'POST', headers: { ...HEADERS, ...length, ...headers }, body });
  };
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'c', version: '1' },
  };
  return {
    counted,
    gate,
    pods,
    send,
    post,
    initialize: async (pod: 0 | 1, who: Who, version = '2025-11-25') =>
      readAnswer(
        await post(pod, who, {
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { ...params, protocolVersion: version },
        }),
      ),
    /** A call in a session. */
    call: (pod: 0 | 1, who: Who, session: string, name: string, id = 7) =>
      post(
        pod,
        who,
        { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } },
        { 'mcp-session-id': session },
      ),
    /** A request of 2026-07-28. */
    modern: (pod: 0 | 1, who: Who, method: string, more: object = {}, padding = '') => {
      const message = { jsonrpc: '2.0', id: 9, method, params: { ...more, _meta: { ...META, padding } } };
      const { name } = more as { name?: string };
      const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...(name && { 'mcp-name': name }) };
      return post(pod, who, message, headers);
    },
    listen: (pod: 0 | 1, who: Who, session: string, eventId?: string) =>
      send(pod, who, {
        headers: {
          accept: 'text/event-stream',
          'mcp-session-id': session,
          ...(eventId && { 'last-event-id': eventId }),
        },
      }),
  };
}

/** The params of a call that ends at once. */
export const quick = { name: 'quick', arguments: {} };

/** The first event id of a stream that stays open. */
export async function firstEventId(response: Response): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (!/^id: .+$/m.test(text)) text += new TextDecoder().decode((await reader.read()).value);
  void reader.cancel();
  return /^id: (.+)$/m.exec(text)?.[1] ?? '';
}
