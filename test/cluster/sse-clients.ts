import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';

const ADA = { action: 'accept', content: { name: 'Ada' } } as const;

/** The address of another path of the same pod or balancer. */
export const at = (base: URL, path: string) => new URL(path, base);

/** The official client, whose stream and messages go to pods that the test chooses. */
export async function connect(pods: { stream: () => URL; messages: () => URL }) {
  const client = new Client({ name: 'sse', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ADA);
  const notified: string[] = [];
  client.fallbackNotificationHandler = async ({ method }) => void notified.push(method);
  const choose: typeof fetch = (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    url.port = (init?.method === 'POST' ? pods.messages() : pods.stream()).port;
    return fetch(url, init);
  };
  await client.connect(new SSEClientTransport(at(pods.stream(), '/sse'), { fetch: choose }) as Transport);
  const call = async (name: string, args: Record<string, unknown>, options = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: args }, CallToolResultSchema, options)).content);
  return { client, call, notified };
}

/** A client that speaks HTTP+SSE by hand, as one does that keeps the last event id. */
export async function open(pod: URL, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(at(pod, '/sse'), { headers, signal: abort.signal });
  if (response.status !== 200) return { status: response.status, address: pod, close: () => abort.abort() };
  const reader = (response.body as ReadableStream).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (part: string) => {
    for (;;) {
      if (text.includes(part)) return;
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended without ${part}:\n${text}`);
      text += value;
    }
  };
  await until('\n\n');
  const all = (name: string) => [...text.matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].map(([, value]) => value ?? '');
  expect(all('event')[0]).toBe('endpoint');
  return {
    status: 200,
    address: at(pod, all('data')[0] ?? ''),
    lastId: () => all('id').at(-1) ?? '',
    until,
    text: () => text,
    close: () => abort.abort(),
  };
}

export const JSON_TYPE = { 'content-type': 'application/json' };
const PARAMS = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
export const INITIALIZE = { id: 0, method: 'initialize', params: PARAMS };
export const PING = { id: 1, method: 'ping' };

export async function post(url: URL, message: object) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  const response = await fetch(url, { method: 'POST', headers: JSON_TYPE, body });
  return { status: response.status, body: await response.text() };
}

export const callOf = (id: number, name: string, args: object) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});
