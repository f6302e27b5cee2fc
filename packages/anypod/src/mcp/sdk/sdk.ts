import type { ServerFactory } from './user-server.ts';

/** A change event of the SDK's `ServerEventBus`. */
export type ServerEvent =
  | { kind: 'tools_list_changed' }
  | { kind: 'prompts_list_changed' }
  | { kind: 'resources_list_changed' }
  | { kind: 'resource_updated'; uri: string };

/** The SDK's port for change events between processes. */
export interface ServerEventBus {
  publish(event: ServerEvent): void;
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

/** As much of the SDK's modern HTTP handler as is used. */
export interface McpHandler {
  fetch(request: Request, options: { parsedBody: unknown; authInfo?: unknown }): Promise<Response>;
  close(): Promise<void>;
}

/** As much of `@modelcontextprotocol/server` (v2) as the modern era needs; it must be the copy that the user's servers are made of. */
export interface ServerSdk {
  readonly McpServer: abstract new (...args: never[]) => unknown;
  readonly Server: abstract new (...args: never[]) => unknown;
  /** The schemas that the SDK itself judges messages by, by type name. */
  readonly specTypeSchemas?: Readonly<Record<string, unknown>>;
  createMcpHandler(
    factory: ServerFactory,
    options: {
      legacy: 'reject';
      bus: ServerEventBus;
      keepAliveMs: number;
      maxSubscriptions: number;
      onerror?: (error: Error) => void;
    },
  ): McpHandler;
}
