import type { AuthInfo } from '../../core/caller.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../../core/json/json-rpc.ts';

type Requests = readonly [JsonRpcRequest, ...JsonRpcRequest[]];

/** The requests of an exchange, with what another pod must know to run them again. */
export interface StoredRequests {
  readonly requests: Requests;
  /** Who made them, without the token. Undefined: an anonymous caller, or one whose credentials only the request had. */
  readonly authInfo?: AuthInfo;
}

/** The claims come after the requests. Pods of an older build look only at requests. */
export function writeRequests({ requests, authInfo }: StoredRequests): string {
  return JSON.stringify(authInfo === undefined ? requests : [...requests, { authInfo }]);
}

export function readRequests(text: string): StoredRequests {
  const all = JSON.parse(text) as (JsonRpcMessage | { readonly authInfo: AuthInfo })[];
  const last = all.at(-1);
  if (last === undefined || !('authInfo' in last)) return { requests: all as unknown as Requests };
  return { requests: all.slice(0, -1) as unknown as Requests, authInfo: last.authInfo };
}
