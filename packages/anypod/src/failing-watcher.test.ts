/** A client's answer always reaches the handler that asked, also if code that watches the server's messages throws at it. */
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { type Anypod, createAnypod } from './anypod.ts';
import type { UserServer } from './mcp/sdk/user-server.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const clientInfo = { name: 'client', version: '1' };
const capabilities = { roots: {} };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': capabilities,
};
const ROOTS = { roots: [{ uri: 'file:///a' }] };
const ANSWERED = { content: [{ type: 'text', text: 'file:///a' }] };

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: { readonly requestState?: unknown; readonly inputRequests?: Record<string, unknown> };
}

interface Watched {
  onmessage?: ((message: Message, extra?: unknown) => void) | undefined;
}

/** Throws at answers, as code does that expects each message to have a method. */
function watch({ method, result }: Message): void {
  if (method === undefined && result !== undefined) throw new Error('not a request');
}

const makers = {
  v1: () => new McpServerV1({ name: 'test', version: '1' }),
  v2: () => new McpServerV2({ name: 'test', version: '1' }),
};

/** A server whose tool asks the client, and whose messages are watched by code that listened before or after the server was connected. */
function watchedServer(sdk: keyof typeof makers, when: 'before' | 'after'): UserServer {
  const server = makers[sdk]() as McpServerV2;
  server.registerTool('ask', { annotations: { idempotentHint: true } }, async () => {
    const { roots } = await server.server.listRoots();
    return { content: [{ type: 'text', text: roots[0]?.uri ?? '' }] };
  });
  const connect = server.connect.bind(server);
  server.connect = async (transport) => {
    const watched = transport as Watched;
    if (when === 'before') watched.onmessage = watch;
    await connect(transport);
    const { onmessage } = watched;
    if (when === 'after') {
      watched.onmessage = (message, extra) => {
        watch(message);
        onmessage?.(message, extra);
      };
    }
  };
  return server as UserServer;
}

const pods: Anypod[] = [];
afterEach(async () => void (await Promise.all(pods.splice(0).map((pod) => pod.close()))));

async function post(pod: Anypod, message: object, headers: object = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }));
}

/** The messages of a stream, each as it comes. */
async function* messagesOf({ body }: Response): AsyncGenerator<Message> {
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: {')) yield JSON.parse(line.slice(6)) as Message;
  }
}

/** The params that answer the questions of a result. */
function answerTo(result: Message['result']): object {
  const answers = Object.keys(result?.inputRequests ?? {}).map((key) => [key, ROOTS]);
  return { requestState: result?.requestState, inputResponses: Object.fromEntries(answers) };
}

/** Calls the tool in a session and answers its question. Returns the response to the call. */
async function answeredInSession(pod: Anypod): Promise<Message> {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  const opened = await post(pod, { id: 0, method: 'initialize', params });
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  const call = { id: 1, method: 'tools/call', params: { name: 'ask', arguments: {} } };
  const messages = messagesOf(await post(pod, call, session));
  const { value: question } = (await messages.next()) as { value: Message };
  expect(question.method).toBe('roots/list');
  expect((await post(pod, { id: question.id, result: ROOTS }, session)).status).toBe(202);
  return (await messages.next()).value as Message;
}

describe.each(['v1', 'v2'] as const)('a server of SDK %s whose watching code throws at answers', (sdk) => {
  describe.each(['before', 'after'] as const)('and listened %s the server was connected', (when) => {
    /** A pod with a store of its own (the default), so that no other pod finds it. */
    async function start(): Promise<Anypod> {
      const secrets = ['a secret of at least thirty-two bytes'];
      const createServer = () => watchedServer(sdk, when);
      const pod = await createAnypod({ createServer, secrets, leaseMs: 300 });
      pods.push(pod);
      return pod;
    }

    it('gets the answer in a session [host.faults.watcher]', async () => {
      expect(await answeredInSession(await start())).toMatchObject({ id: 1, result: ANSWERED });
    });

    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'ask' };
    const modern = async (pod: Anypod, more: object = {}) => {
      const params = { name: 'ask', arguments: {}, _meta: META, ...more };
      return (await (await post(pod, { id: 1, method: 'tools/call', params }, headers)).json()) as Message;
    };

    it('gets the answer in 2026-07-28 [host.faults.watcher]', async () => {
      const pod = await start();
      const { result } = await modern(pod);
      expect(await modern(pod, answerTo(result))).toMatchObject({ id: 1, result: ANSWERED });
    });

    it('gets the answer in 2026-07-28 where a lost pod has asked, and the call runs again [host.faults.watcher]', async () => {
      const lost = await start();
      const { result } = await modern(lost);
      expect(await modern(await start(), answerTo(result))).toMatchObject({ id: 1, result: ANSWERED });
      // Lets the first pod close at once.
      await modern(lost, answerTo(result));
    });
  });
});

it('closes a server to which the answer cannot be handed otherwise, and its call gets an error [host.faults.watcher]', async () => {
  const createServer = () => {
    const server = watchedServer('v2', 'after');
    return { connect: server.connect.bind(server), close: server.close.bind(server) } as UserServer;
  };
  const pod = await createAnypod({ createServer });
  pods.push(pod);
  expect(await answeredInSession(pod)).toMatchObject({ id: 1, error: { data: { reason: 'server_closed' } } });
});
