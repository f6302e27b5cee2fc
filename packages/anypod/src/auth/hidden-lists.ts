import type { FilterOf } from '../core/gate.ts';
import type { JsonRpcResponse } from '../core/json/json-rpc.ts';
import type { ScopeRules, Use } from './scope-rules.ts';

/** For each list: the member of its result, the kind of its entries, and what names an entry. */
const LISTS: Readonly<Record<string, readonly [member: string, kind: Use['kind'], name: string]>> = {
  'tools/list': ['tools', 'tools', 'name'],
  'prompts/list': ['prompts', 'prompts', 'name'],
  'resources/list': ['resources', 'resources', 'uri'],
  'resources/templates/list': ['resourceTemplates', 'resources', 'uriTemplate'],
};

/** Leaves out of lists what the caller's scopes do not allow. */
export function createHiddenLists(rules: ScopeRules): FilterOf {
  return (method, { authInfo }) => {
    const list = Object.hasOwn(LISTS, method) ? LISTS[method] : undefined;
    if (list === undefined || authInfo === undefined) return undefined;
    const [member, kind, name] = list;
    return (response) =>
      withAllowed(response, member, (entry) => rules.allows(authInfo, { kind, name: String(entry[name]) }));
  };
}

type Entry = Readonly<Record<string, unknown>>;

/** The response without its JSON, which has all entries. What differs per caller must not be cached for others (MCP 2026-07-28, Caching). */
function withAllowed(response: JsonRpcResponse, member: string, isAllowed: (entry: Entry) => boolean): JsonRpcResponse {
  const entries = response.result?.[member];
  if (!Array.isArray(entries)) return response;
  const { jsonrpc, id, result } = response;
  const allowed = (entries as Entry[]).filter(isAllowed);
  const scope = result?.['cacheScope'] === undefined ? {} : { cacheScope: 'private' };
  return { jsonrpc, id, result: { ...result, [member]: allowed, ...scope } };
}
