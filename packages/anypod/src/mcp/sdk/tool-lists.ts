import { ENCODED, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json-rpc.ts';
import type { ServerSdk } from './sdk.ts';
import type { UserServer } from './user-server.ts';

/** Characters of lists that are kept, and what a list counts beside its text. */
const MAX_SIZE = 8 * 1024 * 1024;
const ENTRY_SIZE = 1024;

/** The handler of `tools/list` that `McpServer` itself has set, on the server. */
const OWN_HANDLER = Symbol.for('anypod.own-tools-list');

/** A response without its id. */
type Answer = Pick<JsonRpcResponse, 'result' | typeof ENCODED>;

interface Tool {
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

/** As much of SDK v2's `McpServer` as is looked at; private, so everything here treats it as perhaps absent. */
interface ListingServer {
  readonly _registeredTools?: Readonly<Record<string, Tool>>;
  readonly server?: {
    readonly _requestHandlers?: ReadonlyMap<string, unknown>;
    readonly _negotiatedProtocolVersion?: string;
    readonly _serverInfo?: unknown;
    readonly _cacheHints?: unknown;
  };
  [OWN_HANDLER]?: unknown;
}

/** What a list says of one tool: schemas are compared as objects, the rest by value. */
type Listed = readonly unknown[];

interface Offer {
  readonly key: string;
  readonly tools: readonly Listed[];
}

interface Entry {
  readonly tools: readonly Listed[];
  readonly answer: Answer;
  readonly size: number;
}

/**
 * The results of `tools/list`, made and encoded once for all servers that offer the same. A list is found by what the server has registered when it is
 * asked, so one that has changed since, or registers other tools for other callers, is never answered with another's.
 */
export interface ToolLists {
  /** What this server would answer; undefined: it has to be asked. */
  find(server: UserServer): Answer | undefined;
  /** To be called before a server is asked: keeps its answer, unless what it offers has changed meanwhile. */
  keeper(server: UserServer): (answer: Answer) => void;
}

/** Whether all that a request asks for is the list. */
export function asksForTools({ method, params }: JsonRpcRequest): boolean {
  return method === 'tools/list' && Object.keys(params ?? {}).every((name) => name === '_meta');
}

/**
 * Has `McpServer` note which handler of `tools/list` is its own. A module may put another one in its place, which may answer by caller, and whose
 * answers are not kept.
 */
export function noteOwnHandlers(sdk: ServerSdk): void {
  const prototype = sdk.McpServer.prototype as { setToolRequestHandlers?: () => void } | undefined;
  const original = prototype?.setToolRequestHandlers;
  if (prototype === undefined || typeof original !== 'function' || OWN_HANDLER in prototype) return;
  Object.defineProperty(prototype, OWN_HANDLER, { value: undefined, writable: true });
  prototype.setToolRequestHandlers = function (this: ListingServer) {
    const before = this.server?._requestHandlers?.get('tools/list');
    original.call(this);
    const handler = this.server?._requestHandlers?.get('tools/list');
    if (handler !== before) this[OWN_HANDLER] = handler;
  };
}

export function createToolLists(): ToolLists {
  const entries = new Map<string, Entry>();
  let size = 0;

  function forget(key: string): void {
    size -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  return {
    find(server) {
      const offer = offerOf(server);
      const entry = offer === undefined ? undefined : entries.get(offer.key);
      return entry !== undefined && same(entry.tools, offer?.tools ?? []) ? entry.answer : undefined;
    },
    keeper: (server) => {
      const offer = offerOf(server);
      return (answer) => {
        const now = offerOf(server);
        if (offer === undefined || now?.key !== offer.key || !same(now.tools, offer.tools)) return;
        keep(offer, answer);
      };
    },
  };

  function keep(offer: Offer, { result, [ENCODED]: text = '' }: Answer): void {
    if (result === undefined) return;
    const answer = { result, [ENCODED]: text };
    const entry = { tools: offer.tools, answer, size: ENTRY_SIZE + offer.key.length + text.length };
    forget(offer.key);
    entries.set(offer.key, entry);
    size += entry.size;
    for (const oldest of entries.keys()) {
      if (size <= MAX_SIZE) break;
      forget(oldest);
    }
  }
}

/** What a server would list now, and a key that says most of it; undefined where its handler is not the SDK's, or what it says is no JSON. */
function offerOf(userServer: UserServer): Offer | undefined {
  try {
    return readOffer(userServer);
  } catch {
    return undefined;
  }
}

function readOffer(userServer: UserServer): Offer | undefined {
  const { _registeredTools: registered, server, [OWN_HANDLER]: own } = userServer as unknown as ListingServer;
  if (registered === undefined || own === undefined || server?._requestHandlers?.get('tools/list') !== own)
    return undefined;
  const tools: Listed[] = [];
  let names = '';
  for (const [name, tool] of Object.entries(registered)) {
    if (tool.enabled === false) continue;
    names += `${name}\n`;
    tools.push(listed(tool));
  }
  const { _negotiatedProtocolVersion: version, _serverInfo: info, _cacheHints: hints } = server;
  return { key: JSON.stringify([version, info, hints, names]), tools };
}

function listed({ title, description, inputSchema, outputSchema, annotations, icons, execution, _meta }: Tool): Listed {
  return [title, description, inputSchema, outputSchema, ...[annotations, icons, execution, _meta].map(encoded)];
}

const encoded = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));

function same(one: readonly Listed[], other: readonly Listed[]): boolean {
  return (
    one.length === other.length &&
    one.every((tool, index) => tool.every((value, member) => value === other[index]?.[member]))
  );
}
