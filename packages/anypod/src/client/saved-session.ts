import type { JsonRpcMessage, JsonRpcRequest } from '../core/json/json-rpc.ts';

/** What a new session needs to be like the one before. */
export interface SavedSession {
  readonly id: string;
  readonly version: string;
  readonly initialize: JsonRpcRequest;
  readonly result: Record<string, unknown>;
  /** Whether the server has been told `notifications/initialized`. */
  readonly initialized: boolean;
  readonly level?: JsonRpcRequest;
  readonly subscriptions: Readonly<Record<string, JsonRpcRequest>>;
}

export const SESSION_HEADER = 'mcp-session-id';
export const VERSION_HEADER = 'mcp-protocol-version';
/** How many subscriptions are made again. */
const MOST_SUBSCRIPTIONS = 1000;

/** What the answer to `initialize` says about its session. */
export function identityOf(answer: Response, result: Record<string, unknown>): Pick<SavedSession, 'id' | 'version'> {
  return { id: answer.headers.get(SESSION_HEADER) ?? '', version: String(result['protocolVersion']) };
}

/** The session once the server has taken the message. Undefined: nothing that a new session needs. */
export function afterMessage(session: SavedSession, message: JsonRpcMessage): SavedSession | undefined {
  if (!('method' in message)) return undefined;
  const uri = String(message.params?.['uri']);
  const { [uri]: gone, ...others } = session.subscriptions;
  switch (message.method) {
    case 'notifications/initialized':
      return { ...session, initialized: true };
    case 'logging/setLevel':
      return { ...session, level: message as JsonRpcRequest };
    case 'resources/subscribe':
      if (Object.keys(others).length >= MOST_SUBSCRIPTIONS) return undefined;
      return { ...session, subscriptions: { ...others, [uri]: message as JsonRpcRequest } };
    case 'resources/unsubscribe':
      return gone === undefined ? undefined : { ...session, subscriptions: others };
    default:
      return undefined;
  }
}
