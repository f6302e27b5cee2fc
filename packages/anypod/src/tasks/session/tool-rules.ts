import { ENCODED, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import {
  type DescribedTool,
  NO_TASKS,
  type TaskRule,
  type TaskSettings,
  taskRuleOf,
} from '../../core/task/task-rule.ts';

const MAX_PAGES = 100;
/** Callers may have different tools. Above this number, all rules are forgotten and learnt again. */
const MAX_TOOLS = 10_000;

interface Tool extends DescribedTool {
  readonly name: string;
}

/** Asks a server for a page of its tools. */
export type AskForTools = (page: Record<string, unknown>) => Promise<JsonRpcResponse>;

/** What clients of 2025-11-25 are told of a tool. */
const SUPPORT = { auto: 'optional', always: 'required', never: 'forbidden' } as const;

/** The rules of the tools of sessions, by name. */
export interface ToolRules {
  /** Undefined: the tool is not known yet. */
  known(name: string): TaskRule | undefined;
  /** Learns the rule of an unknown tool. A tool that the server does not list has no tasks. */
  learn(name: string, ask: AskForTools): Promise<TaskRule>;
  /** The tools have changed. */
  forget(): void;
  /** The answer to `tools/list`, in which each tool says whether it may be a task. */
  withSupport(answer: JsonRpcResponse): JsonRpcResponse;
}

/** `configured`: what the operator says about the tasks of tools, by name; `*` is for all others. */
export function createToolRules(configured: Readonly<Record<string, TaskSettings>>): ToolRules {
  const rules = new Map<string, TaskRule>();
  /** A list is encoded once for all servers that offer the same tools, and answers share its result. */
  const lists = new WeakMap<object, Pick<JsonRpcResponse, 'result' | typeof ENCODED>>();
  const ruleOf = (tool: Tool) => taskRuleOf(tool, configured[tool.name] ?? configured['*']);

  function supporting(tool: Tool): Tool {
    return { ...tool, execution: { ...tool.execution, taskSupport: SUPPORT[ruleOf(tool).mode] } };
  }

  return {
    known: (name) => rules.get(name),
    async learn(name, ask) {
      if (rules.size > MAX_TOOLS) rules.clear();
      let cursor: unknown;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const { result } = await ask(cursor === undefined ? {} : { cursor });
        for (const tool of (result?.['tools'] ?? []) as Tool[]) rules.set(tool.name, ruleOf(tool));
        cursor = result?.['nextCursor'];
        if (cursor === undefined) break;
      }
      return rules.get(name) ?? NO_TASKS;
    },
    forget: () => rules.clear(),
    withSupport(answer) {
      const { result } = answer;
      if (result === undefined || !Array.isArray(result['tools'])) return answer;
      let list = lists.get(result);
      if (list === undefined) {
        const changed = { ...result, tools: (result['tools'] as Tool[]).map(supporting) };
        list = { result: changed, [ENCODED]: `"result":${JSON.stringify(changed)}` };
        lists.set(result, list);
      }
      return { jsonrpc: '2.0', id: answer.id, ...list };
    },
  };
}
