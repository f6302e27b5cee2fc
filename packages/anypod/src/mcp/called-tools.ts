import type { Caller } from '../core/caller.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import type { ChangeBus } from './change-bus.ts';
import type { ModernServers } from './modern-servers.ts';
import { createToolPolicies, type ListTools, type ToolPolicy } from './tool-policies.ts';

export interface CalledToolsOptions {
  readonly servers: ModernServers;
  readonly bus: ChangeBus;
  /** Tools whose calls are guarded whatever they say of themselves. */
  readonly retryTools: readonly string[];
  readonly log: Log;
}

/** The policy of the tool that a request calls; costs nothing once the tool was seen. */
export type PolicyOf = (request: Request, body: JsonRpcRequest, caller: Caller) => ToolPolicy | Promise<ToolPolicy>;

const NO_POLICY: ToolPolicy = { once: false, rerunnable: false };

export function createPolicyOf({ servers, bus, retryTools, log }: CalledToolsOptions): PolicyOf {
  const policies = createToolPolicies(retryTools);
  bus.subscribe(({ kind }) => {
    if (kind === 'tools_list_changed') policies.forget();
  });

  return (request, body, caller) => {
    const name = body.params?.['name'];
    if (body.method !== 'tools/call' || body.id === undefined || typeof name !== 'string') return NO_POLICY;
    const known = policies.known(name);
    if (known !== undefined) return known;
    return policies.learn(name, listAs(servers, request, body, caller)).catch((err: unknown) => {
      log.warn(
        { err, tool: name },
        'the tools could not be listed; this call is served as if its tool asked for nothing',
      );
      return NO_POLICY;
    });
  };
}

/** Asks for tools in the words of a caller's own `tools/call`, so that the answer is what this caller may see. */
function listAs(servers: ModernServers, request: Request, { params }: JsonRpcRequest, caller: Caller): ListTools {
  const { progressToken: _, ...meta } = (params?.['_meta'] ?? {}) as Record<string, unknown>;
  const ofCall = /^(mcp-name|mcp-param-.*|content-length)$/;
  const headers = new Headers([...request.headers].filter(([name]) => !ofCall.test(name)));
  headers.set('mcp-method', 'tools/list');
  return async (page) => {
    const asked = new Request(request.url, { method: 'POST', headers });
    const body = {
      jsonrpc: '2.0',
      id: 'anypod-tools',
      method: 'tools/list',
      params: { ...page, _meta: meta },
    } as const;
    return (await (await servers.call(asked, body, caller)).json()) as JsonRpcResponse;
  };
}
