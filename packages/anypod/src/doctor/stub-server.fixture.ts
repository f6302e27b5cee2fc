import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CallFault, StubCalls } from './stub-call.fixture.ts';
import { guard, type LoginFault } from './stub-login.fixture.ts';

/** What a stub does wrong with sessions, requests and standing streams. */
type ServerFault =
  | 'answers 403'
  | 'answers 404'
  | 'answers 500'
  | 'answers 400'
  | 'redirects'
  | 'only 2026-07-28'
  | 'old revisions'
  | 'list without tools'
  | 'no sessions'
  | 'session id kept back'
  | 'session id not heard'
  | 'replicas share nothing'
  | 'replicas fail'
  | 'sets a cookie'
  | 'unknown session 400'
  | 'any version'
  | 'any origin'
  | 'both forms only'
  | 'forms 500'
  | 'slash 404'
  | 'slash redirects'
  | 'headers of 8 KB'
  | 'headers of 4 KB'
  | 'broken body 500'
  | 'delete 405'
  | 'delete 500'
  | 'delete forgotten'
  | 'says a short keep-alive'
  | 'says a long keep-alive'
  | 'closes idle connections'
  | 'resets idle connections'
  | 'stream 405'
  | 'stream 500'
  | 'stream without a head'
  | 'stream ends'
  | 'stream silent'
  | 'stream without ids'
  | 'stream compressed'
  | 'resume refused'
  | 'any event id';

/** A fault that a stub can have. */
export type Fault = ServerFault | CallFault | LoginFault;

/** A stub that listens. */
export interface Stub {
  readonly url: URL;
  stop(): void;
}

const RESET_MS = 300;
const FIRST_EVENT = 'standing-0';
const JSON_TYPE = { 'content-type': 'application/json' };
const STREAM_TYPE = { 'content-type': 'text/event-stream' };

const RESULTS: Readonly<Record<string, object>> = { 'tools/list': { tools: [{ name: 'slow' }] } };

/** Starts an MCP server in which everything is right, but for the given faults. Its tool is `slow`. */
export async function startStub(faults: readonly Fault[]): Promise<Stub> {
  const given = new Set(faults);
  const calls = new StubCalls((fault) => given.has(fault));
  const state: State = { has: (fault) => given.has(fault), calls, turns: 0, sessions: new Set() };
  const server = createServer((request, response) => void serve(request, response, state));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    calls.stop();
    server.closeAllConnections();
    server.close();
  };
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), stop };
}

interface State {
  readonly has: (fault: Fault) => boolean;
  readonly calls: StubCalls;
  /** How many requests of the session there were. */
  turns: number;
  /** Those that have not ended. */
  readonly sessions: Set<string>;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string };
}

async function serve(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const text = Buffer.concat(await request.toArray()).toString();
  if (guard(request, response, state.has)) return;
  const refusal = refusalOf(request, state);
  if (refusal !== undefined) return void response.writeHead(refusal, { location: '/elsewhere' }).end();
  if (request.method === 'DELETE') return void response.writeHead(end(request, state)).end();
  if (request.method === 'GET') return serveStream(request, response, state);
  const message = parse(text);
  if (message === undefined) {
    if (state.has('broken body 500')) return void response.writeHead(500).end();
    return tell(response, 400, { error: { code: -32700, message: 'Parse error' }, id: null });
  }
  serveMessage(message, request, response, state);
}

function parse(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return undefined;
  }
}

const formsOf = ({ headers }: IncomingMessage) =>
  ['application/json', 'text/event-stream'].filter((form) => headers.accept?.includes(form) === true).length;
const sizeOf = ({ headers }: IncomingMessage) => String(headers['x-anypod-doctor'] ?? '').length;
const isOneForm = (request: IncomingMessage) => request.method === 'POST' && formsOf(request) < 2;
const isSlash = ({ url }: IncomingMessage) => url === '/mcp/';
const isAny = () => true;

/** Which requests a fault refuses, with which status. */
const REFUSALS: readonly (readonly [Fault, (request: IncomingMessage) => boolean, status: number])[] = [
  ['answers 400', isAny, 400],
  ['answers 403', isAny, 403],
  ['answers 404', isAny, 404],
  ['answers 500', isAny, 500],
  ['redirects', isAny, 302],
  ['slash 404', isSlash, 404],
  ['slash redirects', isSlash, 308],
  ['headers of 8 KB', (request) => sizeOf(request) >= 8192, 431],
  ['headers of 4 KB', (request) => sizeOf(request) >= 4096, 431],
  ['both forms only', isOneForm, 406],
  ['forms 500', isOneForm, 500],
];

/** The status of a request that is refused whatever it says. */
function refusalOf(request: IncomingMessage, { has }: State): number | undefined {
  const refusal = REFUSALS.find(([fault, concerns]) => has(fault) && concerns(request));
  if (refusal !== undefined) return refusal[2];
  if (request.headers.origin !== undefined && !has('any origin')) return 403;
  return request.headers['mcp-protocol-version'] === '1900-01-01' && !has('any version') ? 400 : undefined;
}

function end({ headers }: IncomingMessage, { has, sessions }: State): number {
  if (has('delete 405')) return 405;
  if (has('delete 500')) return 500;
  if (!has('delete forgotten')) sessions.delete(String(headers['mcp-session-id']));
  return 200;
}

function serveMessage(message: Message, request: IncomingMessage, response: ServerResponse, state: State): void {
  const isStateless = state.has('no sessions') || state.has('only 2026-07-28');
  if (message.method === 'initialize') initialize(message, response, state);
  else if (message.method === 'server/discover') discover(message, response, state);
  else {
    const status = isStateless ? 200 : statusOf(request, state);
    if (status === 200) serveSession(message, response, state);
    else tell(response, status, { error: { code: -32000, message: 'Bad session' }, id: null });
  }
}

function serveSession({ id, method }: Message, response: ServerResponse, { calls, has }: State): void {
  if (method === undefined) response.writeHead(calls.answer()).end();
  else if (id === undefined) response.writeHead(202).end();
  else if (method === 'tools/call') calls.call(id, response);
  else tell(response, 200, { id, result: has('list without tools') ? {} : (RESULTS[method] ?? {}) });
}

function discover({ id }: Message, response: ServerResponse, { has }: State): void {
  if (has('only 2026-07-28')) tell(response, 200, { id, result: { supportedVersions: ['2026-07-28'] } });
  else response.writeHead(400).end();
}

function initialize({ id, params }: Message, response: ServerResponse, { has, sessions }: State): void {
  if (has('only 2026-07-28')) return void response.writeHead(400).end();
  const protocolVersion = has('old revisions') ? '2025-03-26' : params?.protocolVersion;
  if (!has('no sessions') && !has('session id kept back')) {
    const session = randomUUID();
    sessions.add(session);
    response.setHeader('mcp-session-id', session);
  }
  if (has('sets a cookie')) response.setHeader('set-cookie', 'pod=one; Path=/');
  if (has('says a short keep-alive')) response.setHeader('keep-alive', 'timeout=5');
  if (has('says a long keep-alive')) response.setHeader('keep-alive', 'timeout=75');
  const serverInfo = { name: 'stub', version: '1' };
  tell(response, 200, { id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
}

/** How a request of the session is answered. */
function statusOf({ headers }: IncomingMessage, state: State): number {
  const { has } = state;
  const session = has('session id not heard') ? undefined : headers['mcp-session-id'];
  if (session === undefined) return 400;
  if (!state.sessions.has(String(session))) return has('unknown session 400') ? 400 : 404;
  state.turns += 1;
  if (has('replicas fail') && state.turns > 4 && state.turns < 10) return 502;
  return has('replicas share nothing') && state.turns % 2 === 0 && headers.cookie === undefined ? 404 : 200;
}

function serveStream(request: IncomingMessage, response: ServerResponse, state: State): void {
  const { has, calls } = state;
  if (request.headers.accept === 'application/json' && has('closes idle connections')) {
    response.setHeader('connection', 'close');
  }
  // Not at once: then the answer would be lost, too.
  if (request.headers.accept === 'application/json' && has('resets idle connections')) {
    response.once('finish', () => setTimeout(() => request.socket.resetAndDestroy(), RESET_MS));
  }
  const eventId = String(request.headers['last-event-id'] ?? '');
  const status = request.headers.accept === 'application/json' ? 405 : streamStatusOf(eventId, request, state);
  if (status !== 200) response.writeHead(status).end();
  else if (StubCalls.owns(eventId)) calls.resume(eventId, response);
  else if (!has('stream without a head')) stand(response, has);
}

function streamStatusOf(eventId: string, request: IncomingMessage, state: State): number {
  const { has } = state;
  if (has('stream 405')) return 405;
  const status = statusOf(request, state);
  if (status !== 200 || StubCalls.owns(eventId)) return status;
  if (has('stream 500')) return 500;
  if (eventId === FIRST_EVENT && has('resume refused')) return 400;
  return ['', FIRST_EVENT].includes(eventId) || has('any event id') ? 200 : 400;
}

/** A standing stream. */
function stand(response: ServerResponse, has: State['has']): void {
  response.writeHead(200, has('stream compressed') ? { ...STREAM_TYPE, 'content-encoding': 'gzip' } : STREAM_TYPE);
  response.flushHeaders();
  if (!has('stream without ids')) response.write(`id: ${FIRST_EVENT}\ndata:\n\n`);
  if (!has('stream silent')) response.write(': alive\n\n');
  if (has('stream ends')) response.end();
}

function tell(response: ServerResponse, status: number, message: object): void {
  response.writeHead(status, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', ...message }));
}
