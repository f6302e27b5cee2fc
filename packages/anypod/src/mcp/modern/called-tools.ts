import type { Caller } from '../../core/caller.ts';
import { AnypodError } from '../../core/errors.ts';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import { NO_TASKS, type TaskSettings } from '../../core/task/task-rule.ts';
import { createToolPolicies, type ListTools, type ToolPolicy } from '../retry/tool-policies.ts';
import type { ChangeBus } from './change-bus.ts';
import type { ModernRequest } from './modern-request.ts';
import type { ModernServers } from './modern-servers.ts';

export interface CalledToolsOptions {
  readonly servers: ModernServers;
  readonly bus: ChangeBus;
  /** Tools whose calls are guarded even if the tools do not ask for it. */
  readonly retryTools: readonly string[];
  /** What the operator says about the tasks of tools, by name. */
  readonly taskTools: Readonly<Record<string, TaskSettings>>;
  readonly log: Log;
}

/** A request whose tool is looked up. */
type Asking = Omit<ModernRequest, 'reply'>;

/** Returns the policy of the tool that a request calls. Costs nothing once the tool is known. */
export type PolicyOf = (request: Asking) => ToolPolicy | Promise<ToolPolicy>;

const NO_POLICY: ToolPolicy = { once: false, rerunnable: false, task: NO_TASKS };

/** Prompts and resources are only read. */
const READING: ToolPolicy = { once: false, rerunnable: true, task: NO_TASKS };

export function createPolicyOf({ servers, bus, retryTools, taskTools, log }: CalledToolsOptions): PolicyOf {
  const policies = createToolPolicies(retryTools, taskTools);
  bus.subscribe(({ kind }) => {
    if (kind === 'tools_list_changed') policies.forget();
  });

  return (request) => {
    const { body } = request;
    const name = body.params?.['name'];
    if (body.method === 'prompts/get' || body.method === 'resources/read') return READING;
    if (body.method !== 'tools/call' || body.id === undefined || typeof name !== 'string') return NO_POLICY;
    const known = policies.known(name);
    if (known !== undefined) return known;
    return policies.learn(name, listAs(servers, request)).catch((err: unknown) => {
      // The call needs a server too, and would fail in the same way.
      if (err instanceof AnypodError) throw err;
      log.warn(
        { err, tool: name },
        'the tools could not be listed; this call is served without the retry settings of its tool',
      );
      return NO_POLICY;
    });
  };
}

/** Headers of a caller's `tools/call` that concern only that call. */
const OF_CALL = /^(mcp-name|mcp-param-.*|content-length)$/;

/** Asks for tools with the credentials and headers of a caller's `tools/call`, so that the answer has the tools that this caller may see. */
function listAs(servers: ModernServers, { body, caller, departure }: Asking): ListTools {
  const { progressToken: _, ...meta } = (body.params?.['_meta'] ?? {}) as Record<string, unknown>;
  const kept = Object.entries(caller.headers).filter(([name]) => !OF_CALL.test(name));
  const asking: Caller = { ...caller, headers: { ...Object.fromEntries(kept), 'mcp-method': 'tools/list' } };
  return async (page) => {
    const params = { ...page, _meta: meta };
    const list = { jsonrpc: '2.0', id: 'anypod-tools', method: 'tools/list', params } as const;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    await servers.call({ body: list, caller: asking, departure, reply: replyInto(resolve) });
    reject(new Error('The list was not answered.'));
    return JSON.parse(await promise) as JsonRpcResponse;
  };
}

/** A reply that passes its answer to `resolve`. Of a stream, it passes the last message. */
function replyInto(resolve: (body: string | Promise<string>) => void): WebReply {
  let last = '';
  return {
    watch: silentWatch,
    form: 'either',
    json: (_status, body) => resolve(body),
    empty: () => undefined,
    response: (response) => resolve(response.text()),
    stream: () => ({
      open: true,
      send({ data }) {
        last = data;
        return true;
      },
      drained: async () => undefined,
      end: () => resolve(last),
      onClose: () => undefined,
    }),
  };
}
