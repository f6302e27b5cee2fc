import { Pool } from 'undici';
import { parseEvents } from '../lib/sse.ts';

const VERSION = '2025-11-25';
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A client with sessions that shares its connections among all of them. */
export interface WireClient {
  /** Opens a session; its id. */
  open(capabilities?: object): Promise<string>;
  /** Sends a request in a session and waits for its response; the body, JSON or a stream. Throws on anything but a result. */
  request(session: string, method: string, params: object): Promise<string>;
  /** Calls a tool; its text. */
  call(session: string, name: string, args: object): Promise<string>;
  /** Sends what has no response. */
  notify(session: string, message: object): Promise<void>;
  end(session: string): Promise<void>;
  close(): Promise<void>;
}

/** The headers of a session's requests. */
export function inSession(session: string): Record<string, string> {
  return { 'mcp-session-id': session, 'mcp-protocol-version': VERSION };
}

/** Connects to an endpoint with at most `connections` connections. */
export function connectWire(url: string, connections: number): WireClient {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  async function post(message: object, headers: Record<string, string>): Promise<{ session: string; text: string }> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const answer = await pool.request({ path, method: 'POST', headers: { ...JSON_HEADERS, ...headers }, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode}: ${text}`);
    return { session: String(answer.headers['mcp-session-id'] ?? ''), text };
  }
  async function request(session: string, method: string, params: object): Promise<string> {
    const { text } = await post({ id: 1, method, params }, inSession(session));
    if (!text.includes('"result"')) throw new Error(text);
    return text;
  }
  return {
    async open(capabilities = {}) {
      const clientInfo = { name: 'loadtest', version: '1.0.0' };
      const params = { protocolVersion: VERSION, capabilities, clientInfo };
      const { session } = await post({ id: 0, method: 'initialize', params }, {});
      await post({ method: 'notifications/initialized' }, inSession(session));
      return session;
    },
    request,
    async call(session, name, args) {
      const text = await request(session, 'tools/call', { name, arguments: args });
      // A call that takes longer than a second is answered as a stream, whose last message is the response.
      const message = parseEvents(text).at(-1)?.data || text;
      const { result } = JSON.parse(message) as { result: { content: { text: string }[] } };
      return result.content[0]?.text ?? '';
    },
    notify: async (session, message) => void (await post(message, inSession(session))),
    async end(session) {
      const answer = await pool.request({ path, method: 'DELETE', headers: inSession(session) });
      await answer.body.dump();
    },
    close: () => pool.close(),
  };
}

/** Runs `task` for each item, at most `width` at a time. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await task(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
