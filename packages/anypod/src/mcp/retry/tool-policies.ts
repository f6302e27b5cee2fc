import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import { type DescribedTool, type TaskRule, type TaskSettings, taskRuleOf } from '../../core/task/task-rule.ts';

const RETRY = 'anypod/retry';
export const ONCE = 'anypod/once';

/** How repeats of a tool's calls are guarded. */
export interface RetryRule {
  /** How long a result answers repeats, in ms. */
  readonly windowMs: number;
  /** Whether the client's disconnect ends the call. */
  readonly cancellable: boolean;
}

/** What a tool asks of anypod. */
export interface ToolPolicy {
  readonly retry?: RetryRule;
  /** Each of its request states can be used once. */
  readonly once: boolean;
  /** Its hints say that a second run does no harm. */
  readonly rerunnable: boolean;
  readonly task: TaskRule;
  /** Its input schema, if it names headers that repeat arguments (SEP-2243). */
  readonly headerSchema?: unknown;
}

/** Asks a server for a page of its tools. */
export type ListTools = (params: Record<string, unknown>) => Promise<JsonRpcResponse>;

/** The policies of the known tools, by name. */
export interface ToolPolicies {
  /** Undefined: the tool is not known yet. */
  known(name: string): ToolPolicy | undefined;
  /** Learns the policy of an unknown tool, from the tools that its caller may see. */
  learn(name: string, list: ListTools): Promise<ToolPolicy>;
  /** Forgets all policies, because the tools have changed. */
  forget(): void;
}

interface Tool extends DescribedTool {
  readonly name: string;
  readonly inputSchema?: unknown;
}

const DEFAULT_WINDOW_MS = 10 * 60 * 1000;
const MAX_WINDOW_MS = 24 * 60 * 60 * 1000;
const MAX_PAGES = 100;
/** Callers may have different tools. Above this number, all policies are forgotten and learnt again. */
const MAX_TOOLS = 10_000;

/**
 * `named`: tools whose calls are guarded even if the tools do not ask for it. `tasks`: what the operator says about the tasks of tools, by name; `*` is
 * for the tools that it does not name.
 */
export function createToolPolicies(
  named: readonly string[],
  tasks: Readonly<Record<string, TaskSettings>> = {},
): ToolPolicies {
  const policies = new Map<string, ToolPolicy>();
  const forced = new Set(named);
  let listing: Promise<void> | undefined;
  let listless = false;

  const policyOf = (tool: Tool): ToolPolicy => {
    const { name, annotations, inputSchema, _meta } = tool;
    const retry = ruleOf(_meta?.[RETRY]) ?? (forced.has(name) ? ruleOf(true) : undefined);
    const rerunnable = annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
    return {
      once: _meta?.[ONCE] === true,
      rerunnable,
      task: taskRuleOf(tool, tasks[name] ?? tasks['*']),
      ...(namesHeaders(inputSchema) && { headerSchema: inputSchema }),
      ...(retry === undefined ? {} : { retry }),
    };
  };

  async function listAll(list: ListTools): Promise<void> {
    let params = {};
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { result, error } = await list(params);
      listless = error?.code === RPC.methodNotFound;
      for (const tool of (result?.['tools'] ?? []) as Tool[]) policies.set(tool.name, policyOf(tool));
      const cursor = result?.['nextCursor'];
      if (cursor === undefined) return;
      params = { cursor };
    }
  }

  /** Lists the tools. Requests that come during a list share it. */
  function shareList(list: ListTools): Promise<void> {
    listing ??= listAll(list).finally(() => {
      listing = undefined;
    });
    return listing;
  }

  return {
    known: (name) => policies.get(name) ?? (listless ? policyOf({ name }) : undefined),
    async learn(name, list) {
      if (policies.size > MAX_TOOLS) policies.clear();
      const shared = listing !== undefined;
      await shareList(list);
      if (shared && !policies.has(name)) await listAll(list);
      return policies.get(name) ?? policyOf({ name });
    },
    forget() {
      policies.clear();
      listless = false;
    },
  };
}

function namesHeaders(schema: unknown): boolean {
  return schema !== undefined && JSON.stringify(schema).includes('"x-mcp-header"');
}

/** Reads `true`, or an object with the members that differ from the defaults. Undefined: any other value, which asks for nothing. */
function ruleOf(value: unknown): RetryRule | undefined {
  if (value !== true && (typeof value !== 'object' || value === null)) return undefined;
  const { windowMs, cancellable } = (value === true ? {} : value) as { windowMs?: unknown; cancellable?: unknown };
  const valid = typeof windowMs === 'number' && windowMs > 0;
  return {
    windowMs: valid ? Math.min(MAX_WINDOW_MS, Math.ceil(windowMs)) : DEFAULT_WINDOW_MS,
    cancellable: cancellable !== false,
  };
}
