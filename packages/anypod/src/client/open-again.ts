import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import { ASKS, type Endpoint } from './endpoint.ts';
import { responseIn } from './events.ts';
import { identityOf, type SavedSession, SESSION_HEADER, VERSION_HEADER } from './saved-session.ts';

/** A session in place of a lost one. */
export interface OpenedAgain {
  readonly session: SavedSession;
  /** Gives the session the log level and the subscriptions of the old one. */
  restore(): Promise<void>;
}

/** Opens a session with the `initialize` of the old one, and without its id (MCP 2025-11-25, Session Management). Undefined: the server refuses it. */
export async function openAgain(
  endpoint: Endpoint,
  old: SavedSession,
  sent: Headers,
  silenceMs: number,
): Promise<OpenedAgain | undefined> {
  const headers = new Headers(sent);
  for (const name of [SESSION_HEADER, VERSION_HEADER, 'last-event-id']) headers.delete(name);
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/json, text/event-stream');
  let ids = 0;
  const again = (request: JsonRpcRequest): JsonRpcRequest => {
    ids += 1;
    return { ...request, id: `anypod-again-${ids}` };
  };

  async function tell(message: JsonRpcMessage): Promise<[Response, JsonRpcResponse | undefined]> {
    const answer = await endpoint.send({ method: 'POST', headers, body: JSON.stringify(message) }, ASKS);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    if (!('id' in message)) return [answer, undefined];
    return [answer, await responseIn(answer, message.id as RequestId, { silenceMs, watched: () => true })];
  }

  const [answer, response] = await tell(again(old.initialize));
  const result = response?.result;
  if (result === undefined) return undefined;
  const session = { ...old, ...identityOf(answer, result), result, initialized: true };
  headers.set(SESSION_HEADER, session.id);
  headers.set(VERSION_HEADER, session.version);
  await tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    session,
    async restore() {
      const state = [...(old.level === undefined ? [] : [old.level]), ...Object.values(old.subscriptions)];
      for (const request of state) await tell(again(request)).catch(() => undefined);
    },
  };
}
