import { ENCODED, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json-rpc.ts';
import { listingOf, type RegisteredTool } from '../internals/registered-tools.ts';
import type { UserServer } from './user-server.ts';

/** Characters of lists that are kept, and what a list counts beside its text. */
const MAX_SIZE = 8 * 1024 * 1024;
const ENTRY_SIZE = 1024;

/** A response without its id. */
type Answer = Pick<JsonRpcResponse, 'result' | typeof ENCODED>;

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
