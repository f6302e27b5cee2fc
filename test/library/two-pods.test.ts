import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { type Anypod, createAnypod } from 'anypod';
import { createMemoryStore } from 'anypod/memory';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { noticingStream } from '../lib/pod-choosing-fetch.ts';

const URI = 'note://one';
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

/** Two pods in this process that share a store; their server has a tool that waits for `release`. */
async function startTwo(options: { heartbeatMs?: number; upgradeAfterMs?: number } = {}) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const createServer = () => {
    const capabilities = { resources: { subscribe: true }, tools: { listChanged: true } };
    const server = new McpServer({ name: 'library', version: '1' }, { capabilities });
    server.registerTool('wait', {}, async () => {
      await released;
      return { content: [{ type: 'text', text: 'released' }] };
    });
    return server;
  };
  const shared = { createServer, store: createMemoryStore(), secrets: ['a secret of at least thirty-two bytes'] };
  const two = [await createAnypod({ ...shared, ...options }), await createAnypod({ ...shared, ...options })] as const;
  pods = [...two];
  return { one: two[0], other: two[1], release: () => release() };
}

/** The official client, all of whose requests go to one pod. */
async function connect(pod: Anypod, mode: 'legacy' | { pin: string }, heard: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  client.fallbackNotificationHandler = async ({ method, params }) => {
    heard.push(method === 'notifications/resources/updated' ? String(params?.['uri']) : method);
  };
  const { fetch, opened } = noticingStream((url, init) => pod.fetch(new Request(url, init)));
  await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
  if (mode === 'legacy') await opened;
  return client;
}

describe('anypod as a library', () => {
  it('brings what one pod is told to clients of both eras on another [modern.listen.notify] [legacy.standing.any-pod]', async () => {
    const { one, other } = await startTwo();
    const modernHeard: string[] = [];
    const legacyHeard: string[] = [];
    const modern = await connect(other, { pin: '2026-07-28' }, modernHeard);
    const legacy = await connect(other, 'legacy', legacyHeard);
    const listening = await modern.listen({ toolsListChanged: true, resourceSubscriptions: [URI] });
    await legacy.subscribeResource({ uri: URI });

    await one.notify.resourceUpdated('note://other');
    await one.notify.resourceUpdated(URI);
    await one.notify.toolsChanged();
    const expected = [URI, 'notifications/tools/list_changed'];
    await eventually(() => expect(modernHeard).toEqual(expected));
    await eventually(() => expect(legacyHeard).toEqual(expected));

    await listening.close();
    await modern.close();
    await legacy.close();
  });

  it('keeps a silent stream alive with comments [legacy.answer.heartbeat]', async () => {
    const { one, other, release } = await startTwo({ heartbeatMs: 10, upgradeAfterMs: 1 });
    const post = (pod: Anypod, message: object, headers = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      return pod.fetch(
        new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }),
      );
    };
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const opened = await post(one, { id: 1, method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };

    const response = await post(other, { id: 2, method: 'tools/call', params: { name: 'wait' } }, session);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (text.match(/^:/gm)?.length === 3) release();
    }
    expect(text).toContain('released');
    expect(text.match(/^:/gm)?.length).toBeGreaterThanOrEqual(3);
  });
});
