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

/** The parts of the SDK's modern HTTP handler that anypod uses. */
export interface McpHandler {
  fetch(request: Request, options: { parsedBody: unknown; authInfo?: unknown }): Promise<Response>;
  close(): Promise<void>;
}

/** The parts of `@modelcontextprotocol/server` (v2) that the modern era needs. It must be the copy that makes the user's servers. */
export interface ServerSdk {
  readonly McpServer: abstract new (...args: never[]) => unknown;
  readonly Server: abstract new (...args: never[]) => unknown;
  /** The schemas by which the SDK itself checks messages, by type name. */
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
