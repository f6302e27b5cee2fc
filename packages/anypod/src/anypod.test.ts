import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from './anypod.ts';
import { createMemoryStore } from './memory/index.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const secrets = ['a secret of at least thirty-two bytes'];
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const noInput = z.object({});

function createServer(): McpServer {
  const server = new McpServer(
    { name: 'test', version: '1' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  server.registerTool('ask', { inputSchema: noInput }, async (_input, context) => {
    const requestedSchema = { type: 'object' as const, properties: {} };
    const { action } = await context.mcpReq.elicitInput({ message: 'Sure?', requestedSchema });
    return { content: [{ type: 'text', text: action }] };
  });
  return server;
}

/** Two pods in one process that share a store. A test spreads its requests over them like a balancer. */
async function startPods(): Promise<[Anypod, Anypod]> {
  const store = createMemoryStore();
  const start = () => createAnypod({ createServer, store, secrets, leaseMs: 1000 });
  return [await start(), await start()];
}

function post(pod: Anypod, message: object, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }));
}

async function openSession(pod: Anypod, protocolVersion = '2025-11-25'): Promise<Record<string, string>> {
  const params = { protocolVersion, capabilities: { elicitation: {} }, clientInfo: { name: 'client', version: '1' } };
  const response = await post(pod, { id: 1, method: 'initialize', params });
  const session = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '' };
  await post(pod, { method: 'notifications/initialized' }, session);
  return session;
}

interface SentEvent {
  id?: string;
  data: string;
}

/** Reads the events of a stream as they come. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #read: SentEvent[] = [];
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error(`no stream, but ${response.status}`);
    this.#reader = response.body.getReader();
  }

  /** The next event. Undefined: the stream has ended. */
  async next(): Promise<SentEvent | undefined> {
    while (this.#read.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      const parts = (this.#text + this.#decoder.decode(value)).split('\n\n');
      this.#text = parts.pop() ?? '';
      for (const part of parts) {
        const id = /^id: (.*)$/m.exec(part)?.[1];
        this.#read.push({ data: /^data: (.*)$/m.exec(part)?.[1] ?? '', ...(id === undefined ? {} : { id }) });
      }
    }
    return this.#read.shift();
  }

  async message(): Promise<{ id?: unknown; [key: string]: unknown }> {
    return JSON.parse((await this.next())?.data ?? 'null');
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

describe('two pods', () => {
  let pods: Anypod[] = [];
  const start = async () => {
    const started = await startPods();
    pods = started;
    return started;
  };
  afterEach(async () => {
    await Promise.all(pods.splice(0).map((pod) => pod.close()));
  });

  it('serve a session that began on the other', async () => {
    const [one, two] = await start();
    const session = await openSession(one);
    const params = { name: 'echo', arguments: { text: 'hello' } };
    const response = await post(two, { id: 'a', method: 'tools/call', params }, session);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ id: 'a', result: { content: [{ text: 'hello' }] } });
  });

  it('take an answer to a question of the other, once', async () => {
    const [one, two] = await start();
    const session = await openSession(two);
    const response = await post(one, { id: 2, method: 'tools/call', params: { name: 'ask', arguments: {} } }, session);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = new EventReader(response);
    expect((await events.next())?.data).toBe('');
    const { id } = await events.message();
    const accept = await post(two, { id, result: { action: 'accept', content: {} } }, session);
    const again = await post(one, { id, result: { action: 'decline' } }, session);
    expect([accept.status, again.status]).toEqual([202, 202]);
    expect(await events.message()).toMatchObject({ id: 2, result: { content: [{ text: 'accept' }] } });
    expect(await events.next()).toBeUndefined();
  });

  it('find an answer again whose wake-up was lost', async () => {
    const store = createMemoryStore();
    let lost = 0;
    const inbox: typeof store.inbox = {
      ...store.inbox,
      async send(to, message) {
        if (message.type === 'answered' && lost === 0) lost += 1;
        else await store.inbox.send(to, message);
      },
    };
    const make = () => createAnypod({ createServer, store: { ...store, inbox }, secrets, leaseMs: 200 });
    pods = [await make(), await make()];
    const [one, two] = pods as [Anypod, Anypod];
    const session = await openSession(one);
    const params = { name: 'ask', arguments: {} };
    const events = new EventReader(await post(one, { id: 2, method: 'tools/call', params }, session));
    await events.next();
    const { id } = await events.message();
    await post(two, { id, result: { action: 'accept', content: {} } }, session);
    expect(await events.message()).toMatchObject({ id: 2, result: { content: [{ text: 'accept' }] } });
    expect(lost).toBe(1);
  });

  it('resume an exchange on the other, and say once it is over that there is no more', async () => {
    const [one, two] = await start();
    const session = await openSession(one);
    const params = { name: 'ask', arguments: {} };
    const cut = new EventReader(await post(one, { id: 2, method: 'tools/call', params }, session));
    const primed = await cut.next();
    const asked = await cut.next();
    await cut.cancel();
    // An event reaches the log one turn after the client.
    await delay(10);
    const get = (id: string | undefined) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': id ?? '', ...session };
      return two.fetch(new Request('http://localhost/mcp', { headers }));
    };
    const resumed = new EventReader(await get(primed?.id));
    expect(await resumed.next()).toEqual(asked);
    const { id } = JSON.parse(asked?.data ?? '');
    await post(two, { id, result: { action: 'decline' } }, session);
    const last = await resumed.next();
    expect(JSON.parse(last?.data ?? '')).toMatchObject({ id: 2, result: { content: [{ text: 'decline' }] } });
    expect(await resumed.next()).toBeUndefined();
    expect((await get(last?.id)).status).toBe(204);
    expect(await new EventReader(await get(asked?.id)).next()).toEqual(last);
  });

  it('know at once that the other ended a session', async () => {
    const [one, two] = await start();
    const session = await openSession(one);
    const params = { name: 'echo', arguments: { text: 'x' } };
    expect((await post(two, { id: 1, method: 'tools/call', params }, session)).status).toBe(200);
    const ended = await one.fetch(new Request('http://localhost/mcp', { method: 'DELETE', headers: session }));
    expect(ended.status).toBe(200);
    expect((await post(two, { id: 2, method: 'tools/call', params }, session)).status).toBe(404);
    expect((await post(one, { id: 3, method: 'tools/call', params }, session)).status).toBe(404);
  });

  it('bring a change to the standing stream on the other', async () => {
    const [one, two] = await start();
    const session = await openSession(one);
    await post(one, { id: 2, method: 'resources/subscribe', params: { uri: 'test://a' } }, session);
    const headers = { accept: 'text/event-stream', ...session };
    const stream = new EventReader(await two.fetch(new Request('http://localhost/mcp', { headers })));
    expect((await stream.next())?.data).toBe('');
    await one.notify.resourceUpdated('test://b');
    await one.notify.resourceUpdated('test://a');
    await two.notify.toolsChanged();
    expect(await stream.message()).toMatchObject({
      method: 'notifications/resources/updated',
      params: { uri: 'test://a' },
    });
    expect(await stream.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
  });

  it('tell a standing stream that comes back what it missed, once', async () => {
    const [one, two] = await start();
    const session = await openSession(one);
    const open = async (pod: Anypod, id?: string) => {
      const headers = { accept: 'text/event-stream', ...session, ...(id === undefined ? {} : { 'last-event-id': id }) };
      return new EventReader(await pod.fetch(new Request('http://localhost/mcp', { headers })));
    };
    const first = await open(one);
    const primed = await first.next();
    await two.notify.toolsChanged();
    const heard = await first.next();
    await first.cancel();
    await two.notify.promptsChanged();
    const second = await open(two, heard?.id);
    expect((await second.next())?.data).toBe('');
    expect(await second.message()).toMatchObject({ method: 'notifications/prompts/list_changed' });
    const third = await open(one, primed?.id);
    expect((await third.next())?.data).toBe('');
    expect(await third.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(await third.message()).toMatchObject({ method: 'notifications/prompts/list_changed' });
    // The `retry` and then the end.
    expect(await second.next()).toEqual({ data: '' });
    expect(await second.next()).toBeUndefined();
  });

  it('end listen streams with their final result when they drain, and go on with calls', async () => {
    const [one] = await start();
    const meta = { [VERSION]: '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const send = (id: number, method: string, params: object, name?: string) => {
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name && { 'mcp-name': name }) };
      return post(one, { id, method, params: { ...params, _meta: meta } }, headers);
    };
    const listening = new EventReader(
      await send(7, 'subscriptions/listen', { notifications: { toolsListChanged: true } }),
    );
    expect(await listening.message()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    await one.drain();
    expect(await listening.message()).toMatchObject({ id: 7, result: {} });
    expect(await listening.next()).toBeUndefined();
    const call = await send(8, 'tools/call', { name: 'echo', arguments: { text: 'still here' } }, 'echo');
    expect(await call.json()).toMatchObject({ id: 8, result: { content: [{ text: 'still here' }] } });
  });
});

describe('createAnypod', () => {
  it('refuses a factory that throws, with its words', async () => {
    const failing = () => {
      throw new Error('no database');
    };
    await expect(createAnypod({ createServer: failing })).rejects.toThrowError(/no database/);
  });

  it('refuses a store without the secrets that go with it', async () => {
    await expect(createAnypod({ createServer, store: createMemoryStore() })).rejects.toMatchObject({
      code: 'invalid_secret',
    });
  });

  it('refuses a factory that builds something else', async () => {
    await expect(createAnypod({ createServer: () => ({}) as never })).rejects.toThrowError(/McpServer/);
  });
});
