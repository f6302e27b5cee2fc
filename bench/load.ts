import { Pool } from 'undici';

export type Era = 'legacy' | 'modern' | 'bare';

/** One keep-alive connection's worth of calls: what to send, again and again. */
interface Caller {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Calls `tools/call` of `echo` on one server over a fixed number of connections, each waiting for its answer. */
export interface Load {
  /** Calls for `milliseconds`, at most `limit` times; the number of calls. @throws on any answer but the echo. */
  run(milliseconds: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

const TEXT = 'any pod answers '.repeat(8);
const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: TEXT } } };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
};

function modernCaller(): Caller {
  const body = JSON.stringify({ ...CALL, params: { ...CALL.params, _meta: ENVELOPE } });
  const names = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
  return { headers: { ...JSON_HEADERS, ...names }, body };
}

/** Opens a session, so that the calls find it warm. */
async function legacyCaller(pool: Pool): Promise<Caller> {
  const post = (headers: Record<string, string>, message: object) =>
    pool.request({ path: '/mcp', method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const clientInfo = { name: 'bench', version: '1.0.0' };
  const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo };
  const opened = await post(JSON_HEADERS, { id: 0, method: 'initialize', params });
  await opened.body.dump();
  const session = opened.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`initialize gave no session: ${opened.statusCode}`);
  const headers = { ...JSON_HEADERS, 'mcp-session-id': session, 'mcp-protocol-version': LEGACY };
  await (await post(headers, { method: 'notifications/initialized' })).body.dump();
  return { headers, body: JSON.stringify(CALL) };
}

async function openCaller(pool: Pool, era: Era): Promise<Caller> {
  if (era === 'legacy') return legacyCaller(pool);
  return era === 'modern' ? modernCaller() : { headers: JSON_HEADERS, body: JSON.stringify(CALL) };
}

/** Connects `connections` callers; a legacy caller has a session of its own. */
export async function openLoad(origin: string, era: Era, connections: number): Promise<Load> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const callers: Caller[] = [];
  while (callers.length < connections) callers.push(await openCaller(pool, era));

  const call = async ({ headers, body }: Caller) => {
    const answer = await pool.request({ path: '/mcp', method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.includes(TEXT)) throw new Error(`${answer.statusCode}: ${text}`);
  };
  return {
    async run(milliseconds, limit) {
      const deadline = performance.now() + milliseconds;
      let calls = 0;
      const loop = async (caller: Caller) => {
        while (performance.now() < deadline && calls < limit) {
          calls += 1;
          await call(caller);
        }
      };
      await Promise.all(callers.map(loop));
      return calls;
    },
    close: () => pool.close(),
  };
}
