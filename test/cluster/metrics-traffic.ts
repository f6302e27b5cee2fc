import { lastEventId, readStream } from './stream-reader.ts';
import { messagesOf, openSession, post, type WireSession } from './wire.ts';

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'metrics', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface ModernParams {
  readonly name?: string;
  readonly uri?: string;
  readonly _meta?: object;
  readonly [key: string]: unknown;
}

/** A request of the modern era. */
export function modern(pod: URL, method: string, params: ModernParams, signal?: AbortSignal): Promise<Response> {
  const { name = params.uri, _meta } = params;
  const named: Record<string, string> = name === undefined ? {} : { 'mcp-name': name };
  const headers = { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...named };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { ...META, ..._meta } } };
  return post(pod, body, headers, signal);
}

/** Sends requests that end at once, in three sessions, one of which is ended twice. Returns one of the others. */
export async function shortRequests(balancer: URL): Promise<WireSession> {
  const [session, other] = [await openSession(balancer), await openSession(balancer), await openSession(balancer)];
  const send = async (message: object) => void (await messagesOf(await session.send(balancer, message)));
  for (let id = 1; id <= 4; id += 1) await messagesOf(await session.call(balancer, id, 'echo', { text: 'x' }));
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await send({ jsonrpc: '2.0', id: 5, method: 'tools/list' });
  await send({ jsonrpc: '2.0', id: 6, method: 'invented/one' });
  await send({ jsonrpc: '2.0', id: 7, method: 'invented/two' });

  await messagesOf(await post(balancer, '{', session.headers));
  const stranger = { ...session.headers, 'mcp-session-id': 'nobody' };
  await messagesOf(await post(balancer, { jsonrpc: '2.0', id: 1, method: 'ping' }, stranger));
  for (const _ of [1, 2]) await messagesOf(await other.end(balancer));

  const echo = { name: 'echo', arguments: { text: 'x' } };
  const progress = { name: 'slow', arguments: { steps: 2, ms: 10 }, _meta: { progressToken: 'p' } };
  for (const params of [echo, echo, progress, { name: 'not-there', arguments: {} }]) {
    await messagesOf(await modern(balancer, 'tools/call', params));
  }
  return session;
}

export const SHORT_REQUESTS = {
  'method=initialize,era=legacy,outcome=ok': 3,
  'method=tools/call,era=legacy,outcome=ok': 4,
  'method=notifications/initialized,era=legacy,outcome=ok': 1,
  'method=tools/list,era=legacy,outcome=ok': 1,
  'method=other,era=legacy,outcome=rpc_error': 2,
  'method=other,era=unknown,outcome=refused': 1,
  'method=ping,era=legacy,outcome=refused': 1,
  'method=DELETE,era=legacy,outcome=ok': 1,
  'method=DELETE,era=legacy,outcome=refused': 1,
  'method=tools/call,era=modern,outcome=ok': 3,
  'method=tools/call,era=modern,outcome=rpc_error': 1,
};

/** A call that waits for its client's answer, and how far its client has read. */
export interface WaitingCall {
  /** The event ids at which the stream began and was cut. */
  readonly from: { readonly first: string; readonly last: string };
  answer(pod: URL): Promise<void>;
}

/** Calls a tool that asks. Returns when the question has arrived; the connection stays open until `cut`. */
export async function askingCall(pod: URL, session: WireSession, id: string) {
  const stream = readStream(await session.call(pod, id, 'ask'));
  const question = await stream.until(({ method }) => method === 'elicitation/create');
  return {
    cut: async (): Promise<WaitingCall> => {
      await stream.cut();
      const result = { action: 'accept', content: { name: 'Ada' } };
      const answer = { jsonrpc: '2.0', id: question.id, result };
      return {
        from: { first: stream.events[0]?.id ?? '', last: lastEventId(stream.events) },
        answer: async (to) => void (await messagesOf(await session.send(to, answer))),
      };
    },
  };
}
