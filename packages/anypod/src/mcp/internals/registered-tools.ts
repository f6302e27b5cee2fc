import { protocolOf } from './protocol.ts';
import { ownHandler } from './thrown-values.ts';

/** A tool as `McpServer` keeps it. */
export interface RegisteredTool {
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
  readonly icons?: unknown;
  readonly execution?: unknown;
  readonly _meta?: unknown;
  readonly enabled?: boolean;
}

type RegisteredTools = Readonly<Record<string, RegisteredTool>>;

/** The key on a server for the `tools/list` handler that `McpServer` itself has set. */
const OWN_HANDLER = Symbol.for('anypod.own-tools-list');

interface ToolServer {
  readonly _registeredTools?: RegisteredTools;
  [OWN_HANDLER]?: unknown;
}

/** The tools that were registered on a server, by name. Empty if the SDK keeps them elsewhere, because then they are not known. */
export function registeredToolsOf(server: object): RegisteredTools {
  return (server as ToolServer)._registeredTools ?? {};
}

/** What decides how a server answers `tools/list`. */
export interface Listing {
  readonly tools: RegisteredTools;
  readonly version: unknown;
  readonly info: unknown;
  readonly cacheHints: unknown;
}

/** Undefined: the handler of `tools/list` is not surely the SDK's own, so the server must be asked each time. */
export function listingOf(server: object): Listing | undefined {
  const { _registeredTools: tools, [OWN_HANDLER]: own } = server as ToolServer;
  const protocol = protocolOf(server);
  if (tools === undefined || own === undefined) return undefined;
  if (ownHandler(protocol._requestHandlers?.get('tools/list')) !== own) return undefined;
  const { _negotiatedProtocolVersion: version, _serverInfo: info, _cacheHints: cacheHints } = protocol;
  return { tools, version, info, cacheHints };
}

/**
 * Makes `McpServer` of this copy of the SDK note which handler of `tools/list` is its own. A module may replace it by a handler that answers each
 * caller differently. If the SDK has no `setToolRequestHandlers`, nothing is noted, and `listingOf` returns undefined.
 */
export function noteOwnHandlers({
  McpServer,
}: {
  readonly McpServer: abstract new (...args: never[]) => unknown;
}): void {
  const prototype = McpServer.prototype as { setToolRequestHandlers?: () => void } | undefined;
  const original = prototype?.setToolRequestHandlers;
  if (prototype === undefined || typeof original !== 'function' || OWN_HANDLER in prototype) return;
  Object.defineProperty(prototype, OWN_HANDLER, { value: undefined, writable: true });
  prototype.setToolRequestHandlers = function (this: ToolServer) {
    const handler = () => ownHandler(protocolOf(this)._requestHandlers?.get('tools/list'));
    const before = handler();
    original.call(this);
    if (handler() !== before) this[OWN_HANDLER] = handler();
  };
}
