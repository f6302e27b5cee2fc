import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { acceptedContent, inputRequired, McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { UserServer } from './mcp/sdk/user-server.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** What the handlers of a test saw. */
export interface Seen {
  readonly events: string[];
}

const form = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

interface Asker {
  elicitInput(params: object, options?: object): Promise<{ action: string; content?: Record<string, unknown> }>;
  createMessage(params: object): Promise<{ content: unknown }>;
  listRoots(): Promise<{ roots: { uri: string }[] }>;
}

interface Registry {
  registerTool(name: string, config: object, run: (...args: never[]) => unknown): void;
  registerPrompt(name: string, config: object, run: (...args: never[]) => unknown): void;
}

const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
const nameOf = ({ action, content }: { action: string; content?: Record<string, unknown> }) =>
  content?.['name'] ?? action;

/** Tools that await their questions, the same for both SDKs. `signalOf` reads the signal of what the SDK passes to a handler. */
function registerAsking(mcp: Registry, asker: Asker, seen: Seen, signalOf: (extra: never) => AbortSignal): void {
  const ask = (message: string, options?: object) => asker.elicitInput({ message, requestedSchema: form }, options);

  const two = (hints: object) => ({ description: 'Asks twice.', annotations: hints });
  const askTwice = async (extra: never) => {
    seen.events.push('began');
    signalOf(extra).addEventListener('abort', () => seen.events.push('aborted'));
    const first = nameOf(await ask('first'));
    return text([first, nameOf(await ask(`second, ${String(first)}?`))]);
  };
  mcp.registerTool('twice', two({}), askTwice);
  mcp.registerTool('twice_again', two({ idempotentHint: true }), askTwice);
  mcp.registerTool('twice_guarded', { ...two({}), _meta: { 'anypod/retry': { cancellable: false } } }, askTwice);

  mcp.registerTool('at_once', { description: 'Asks three things.' }, async () => {
    const messages = [{ role: 'user', content: { type: 'text', text: 'Think.' } }];
    const answers = [ask('name'), asker.createMessage({ messages, maxTokens: 5 }), asker.listRoots()] as const;
    const [name, thought, { roots }] = await Promise.all(answers);
    return text([nameOf(name), thought.content, roots.length]);
  });

  mcp.registerTool('if_possible', { description: 'Asks if it can.' }, async () => {
    return text(await ask('name').then(nameOf, () => 'nobody'));
  });

  mcp.registerTool('impatient', { description: 'Waits for 50 ms.' }, async () => {
    return text(await ask('name', { timeout: 50 }).then(nameOf, () => 'too late'));
  });

  mcp.registerTool('then_waits', { description: 'Asks, and then works until it is aborted.' }, async (extra: never) => {
    const name = nameOf(await ask('name'));
    seen.events.push(`waits for ${String(name)}`);
    await new Promise((resolve) => signalOf(extra).addEventListener('abort', resolve));
    seen.events.push('aborted');
    return text(name);
  });

  mcp.registerPrompt('asking', { description: 'Asks.' }, async () => {
    const content = { type: 'text', text: String(nameOf(await ask('prompt'))) };
    return { messages: [{ role: 'user', content }] };
  });
}

export function createV1(seen: Seen): UserServer {
  const server = new McpServerV1({ name: 'asking', version: '1' }, { capabilities: { logging: {} } });
  registerAsking(
    server as unknown as Registry,
    server.server as unknown as Asker,
    seen,
    ({ signal }: { signal: AbortSignal }) => signal,
  );
  return server;
}

export function createV2(seen: Seen): UserServer {
  const server = new McpServerV2({ name: 'asking', version: '1' }, { capabilities: { logging: {} } });
  const signalOf = ({ mcpReq }: { mcpReq: { signal: AbortSignal } }) => mcpReq.signal;
  registerAsking(server as unknown as Registry, server.server as unknown as Asker, seen, signalOf);
  server.registerTool('mixed', { inputSchema: z.object({}) }, async (_args, ctx) => {
    const first = acceptedContent<{ name: string }>(ctx.mcpReq.inputResponses, 'own')?.name;
    const own = inputRequired.elicit({ message: 'own', requestedSchema: form });
    if (first === undefined) return inputRequired({ inputRequests: { own }, requestState: 'mine' });
    const second = await ctx.mcpReq.elicitInput({ message: 'pushed', requestedSchema: form });
    return text([first, ctx.mcpReq.requestState(), nameOf(second as never)]);
  });
  return server;
}

export interface Answer {
  readonly status: number;
  /** The messages of the answer; the last one is the response. */
  readonly messages: readonly Message[];
  readonly result: Record<string, unknown>;
  readonly error:
    | { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
    | undefined;
  /** What the tool's text says. */
  readonly said: unknown;
  /** The keys of the questions, each with the message that it shows. */
  readonly asked: Record<string, unknown>;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: Answer['error'];
}

let lastId = 0;

/** Calls a tool of a pod, as a client of 2026-07-28 does. `more` are further params, such as answers. */
export async function call(
  serve: (request: Request) => Promise<Response>,
  name: string,
  more: object = {},
  {
    capabilities = ALL as object,
    meta = {},
    method = 'tools/call',
    signal = undefined as AbortSignal | undefined,
  } = {},
): Promise<Answer> {
  const _meta = {
    [VERSION]: '2026-07-28',
    [CAPABILITIES]: capabilities,
    [CLIENT_INFO]: { name: 'c', version: '1' },
    ...meta,
  };
  lastId += 1;
  const body = { jsonrpc: '2.0', id: lastId, method, params: { name, arguments: {}, ...more, _meta } };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': name,
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) };
  const response = await serve(new Request('http://localhost/mcp', init));
  return readAnswer(response.status, await response.text());
}

function readAnswer(status: number, body: string): Answer {
  const lines = body.startsWith('{') ? [body] : body.split('\n').filter((line) => line.startsWith('data: {'));
  const messages = lines.map((line) => JSON.parse(line.replace(/^data: /, '')) as Message);
  const { result = {}, error } = messages.at(-1) ?? {};
  const [content] = (result['content'] ?? []) as { text: string }[];
  const requests = Object.entries((result['inputRequests'] ?? {}) as Record<string, Message>);
  const asked = Object.fromEntries(requests.map(([key, { params, method }]) => [key, params?.['message'] ?? method]));
  const said =
    content === undefined || result['isError'] === true ? content?.text : (JSON.parse(content.text) as unknown);
  return { status, messages, result, error, said, asked };
}

/** The params with which a client answers: `answers` by key. */
export function answering({ result }: Answer, answers: Record<string, unknown>): object {
  return { requestState: result['requestState'], inputResponses: answers };
}

export const named = (name: string) => ({ action: 'accept', content: { name } });
