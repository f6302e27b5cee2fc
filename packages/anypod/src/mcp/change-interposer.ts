import type { Change } from '../core/change-log.ts';
import type { JsonRpcMessage, JsonRpcNotification } from '../core/json-rpc.ts';
import type { UserServer } from './user-server.ts';

/** What a modern server sends, before it reaches the SDK's transport. */
export interface ModernOutbound {
  /** A change that belongs to every listener, not to this request; the SDK would drop it without a word. */
  publish(change: Change): void;
  /** Rewrites a message on its way out. */
  rewrite(message: JsonRpcMessage): JsonRpcMessage;
}

interface PerRequestTransport {
  send(message: JsonRpcMessage, options?: { relatedRequestId?: unknown }): Promise<void>;
}

/** The change that a notification announces; undefined: it announces none. */
function changeOf(notification: JsonRpcNotification): Change | undefined {
  switch (notification.method) {
    case 'notifications/tools/list_changed':
      return { kind: 'tools_list_changed' };
    case 'notifications/prompts/list_changed':
      return { kind: 'prompts_list_changed' };
    case 'notifications/resources/list_changed':
      return { kind: 'resources_list_changed' };
    case 'notifications/resources/updated':
      return { kind: 'resource_updated', uri: String(notification.params?.['uri']) };
    default:
      return undefined;
  }
}

/** Looks over a server's shoulder: replaces its own `connect`, and there the `send` of the transport that the SDK connects. */
export function interpose(server: UserServer, outbound: ModernOutbound): UserServer {
  const connect = server.connect.bind(server);
  server.connect = async (transport: PerRequestTransport) => {
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      const change = 'id' in message ? undefined : changeOf(message as JsonRpcNotification);
      if (change === undefined || options?.relatedRequestId !== undefined)
        return send(outbound.rewrite(message), options);
      outbound.publish(change);
    };
    return connect(transport);
  };
  return server;
}
