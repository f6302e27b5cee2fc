import { ENCODED, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { listingOf, type RegisteredTool } from '../internals/registered-tools.ts';
import type { UserServer } from './user-server.ts';

/** The most characters that all kept lists may have, and how many each list counts in addition to its text. */
const MAX_SIZE = 8 * 1024 * 1024;
const ENTRY_SIZE = 1024;

/** A response without its id. */
type Answer = Pick<JsonRpcResponse, 'result' | typeof ENCODED>;

/** What a list says about one tool. Schemas are compared as objects, everything else by value. */
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
 * The results of `tools/list`, encoded once for all servers that offer the same tools. A list is found by what the server has registered at the time
 * of the request. So a server that has changed, or that registers other tools for other callers, never gets the list of another server.
 */
export interface ToolLists {
  /** The answer that this server would give. Undefined: the server must be asked. */
  find(server: UserServer): Answer | undefined;
  /** Must be called before a server is asked. The returned function keeps the answer, unless the server's tools have changed since. */
  keeper(server: UserServer): (answer: Answer) => void;
}

/** Whether a request asks for the whole list and nothing else. */
export function asksForTools({ method, params }: JsonRpcRequest): boolean {
  return method === 'tools/list' && Object.keys(params ?? {}).every((name) => name === '_meta');
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

/** What a server would list now, and a key with most of it. Undefined: the handler is not the SDK's own, or its tools cannot be written as JSON. */
function offerOf(server: UserServer): Offer | undefined {
  try {
    return readOffer(server);
  } catch {
    return undefined;
  }
}

function readOffer(server: UserServer): Offer | undefined {
  const listing = listingOf(server);
  if (listing === undefined) return undefined;
  const tools: Listed[] = [];
  let names = '';
  for (const [name, tool] of Object.entries(listing.tools)) {
    if (tool.enabled === false) continue;
    names += `${name}\n`;
    tools.push(listed(tool));
  }
  const { version, info, cacheHints } = listing;
  return { key: JSON.stringify([version, info, cacheHints, names]), tools };
}

function listed({
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
  icons,
  execution,
  _meta,
}: RegisteredTool): Listed {
  return [title, description, inputSchema, outputSchema, ...[annotations, icons, execution, _meta].map(encoded)];
}

const encoded = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));

function same(one: readonly Listed[], other: readonly Listed[]): boolean {
  return (
    one.length === other.length &&
    one.every((tool, index) => tool.every((value, member) => value === other[index]?.[member]))
  );
}
