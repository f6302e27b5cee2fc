import { type Dispatcher, Pool } from 'undici';
import { type Question, questionsOf, type Work } from './work.ts';

/** In sessions, without them in the older protocol (which only some servers do), without them in the newer one, or no protocol at all. */
export type Era = 'legacy' | 'stateless' | 'modern' | 'bare';

/** A request as it is sent, again and again, under a new id. */
interface Sent {
  readonly headers: Headers;
  /** What comes before the id, and after it. */
  readonly body: readonly [string, string];
  readonly proofs: readonly string[];
}

/** How long a load works, and how hard. */
export interface Effort {
  readonly milliseconds: number;
  /** At most so many times. */
  readonly limit: number;
  /** Default: all. */
  readonly connections?: number;
}

/** Keeps one server busy over a fixed number of connections, each waiting for its answer. */
export interface Load {
  /** The latency of each request, in ms. @throws on any answer but the right one. */
  run(effort: Effort): Promise<number[]>;
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
  const older = era === 'legacy' ? await openSession(pool) : { ...JSON_HEADERS, 'mcp-protocol-version': LEGACY };
  return questions.map((question) => {
    const { method, proofs } = question;
    const meta = { ...(question.params['_meta'] as object | undefined), ...ENVELOPE };
    const params = era === 'modern' ? { ...question.params, _meta: meta } : question.params;
    const headers = era === 'modern' ? modernHeaders(question) : older;
    const rest = JSON.stringify({ method, params }).slice(1);
    return { headers, body: ['{"jsonrpc":"2.0","id":', `,${rest}`], proofs };
  });
}

async function ask(pool: Pool, id: number, { headers, body: [before, after], proofs }: Sent): Promise<void> {
  const answer = await send(pool, headers, `${before}${id}${after}`);
  const text = await answer.body.text();
  const proven = text.includes(`"id":${id}`) && proofs.every((proof) => text.includes(proof));
  if (answer.statusCode !== 200 || !proven) throw new Error(`${answer.statusCode}, no ${proofs} in: ${text}`);
}

/** What one connection does over and over. */
async function stepsOf(pool: Pool, era: Era, work: Work): Promise<() => Promise<unknown>> {
  if (work === 'open') return () => openSession(pool);
  const requests = await requestsOf(pool, era, questionsOf(work));
  let next = 0;
  return () => ask(pool, ++next, requests[next % requests.length] as Sent);
}

/** Connects `connections` clients. */
export async function openLoad(origin: string, era: Era, work: Work, connections: number): Promise<Load> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const clients: (() => Promise<unknown>)[] = [];
  while (clients.length < connections) clients.push(await stepsOf(pool, era, work));
  return {
    async run({ milliseconds, limit, connections: busy = connections }) {
      const deadline = performance.now() + milliseconds;
      const latencies: number[] = [];
      let left = limit;
      const loop = async (step: () => Promise<unknown>) => {
        for (let began = performance.now(); began < deadline && left > 0; began = performance.now()) {
          left -= 1;
          await step();
          latencies.push(performance.now() - began);
        }
      };
      await Promise.all(clients.slice(0, busy).map(loop));
      return latencies;
    },
    close: () => pool.close(),
  };
}
