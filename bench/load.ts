import { type Dispatcher, Pool } from 'undici';
import { type Question, questionsOf, type Work } from './work.ts';

export type Era = 'legacy' | 'modern' | 'bare';

/** A request as it is sent, again and again. */
interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly proof: string;
}

/** Keeps one server busy over a fixed number of connections, each waiting for its answer. */
export interface Load {
  /** Works for `milliseconds`, at most `limit` times; how often. @throws on any answer but the right one. */
  run(milliseconds: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
};

type Headers = Record<string, string>;

function send(pool: Pool, headers: Headers, body: string): Promise<Dispatcher.ResponseData> {
  return pool.request({ path: '/mcp', method: 'POST', headers, body });
}

/** `initialize` and `notifications/initialized`; the headers of the session. */
async function openSession(pool: Pool): Promise<Headers> {
  const clientInfo = { name: 'bench', version: '1.0.0' };
  const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo };
  const opened = await send(
    pool,
    JSON_HEADERS,
    JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  );
  await opened.body.dump();
  const session = opened.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`initialize gave no session: ${opened.statusCode}`);
  const headers = { ...JSON_HEADERS, 'mcp-session-id': session, 'mcp-protocol-version': LEGACY };
  const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await (await send(pool, headers, initialized)).body.dump();
  return headers;
}

function modernHeaders({ method, params }: Question): Headers {
  const names = { 'mcp-protocol-version': MODERN, 'mcp-method': method };
  return { ...JSON_HEADERS, ...names, ...(typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}) };
}

/** What one connection sends, in turn; a legacy one in a session of its own. */
async function requestsOf(pool: Pool, era: Era, questions: readonly Question[]): Promise<Sent[]> {
  const session = era === 'legacy' ? await openSession(pool) : JSON_HEADERS;
  return questions.map((question) => {
    const { method, proof } = question;
    const params = era === 'modern' ? { ...question.params, _meta: ENVELOPE } : question.params;
    const headers = era === 'modern' ? modernHeaders(question) : session;
    return { headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), proof };
  });
}

async function ask(pool: Pool, { headers, body, proof }: Sent): Promise<void> {
  const answer = await send(pool, headers, body);
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.includes(proof)) throw new Error(`${answer.statusCode}: ${text}`);
}

/** What one connection does over and over. */
async function stepsOf(pool: Pool, era: Era, work: Work): Promise<() => Promise<unknown>> {
  if (work === 'open') return () => openSession(pool);
  const requests = await requestsOf(pool, era, questionsOf(work));
  let next = 0;
  return () => ask(pool, requests[next++ % requests.length] as Sent);
}

/** Connects `connections` clients. */
export async function openLoad(origin: string, era: Era, work: Work, connections: number): Promise<Load> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const clients: (() => Promise<unknown>)[] = [];
  while (clients.length < connections) clients.push(await stepsOf(pool, era, work));
  return {
    async run(milliseconds, limit) {
      const deadline = performance.now() + milliseconds;
      let count = 0;
      const loop = async (step: () => Promise<unknown>) => {
        while (performance.now() < deadline && count < limit) {
          count += 1;
          await step();
        }
      };
      await Promise.all(clients.map(loop));
      return count;
    },
    close: () => pool.close(),
  };
}
