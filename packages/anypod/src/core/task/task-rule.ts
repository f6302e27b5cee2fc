import type { ToolHints } from '../session/tool-hints.ts';

/** The key of a tool's `_meta` with its `TaskSettings`. */
const TASK_SETTINGS = 'anypod/task';

/**
 * When a tool's calls become tasks. `auto`: a call that takes longer than `afterMs`. `always`: every call. `never`: none.
 */
export type TaskMode = 'auto' | 'always' | 'never';

/** What a tool's author or the operator may say about its tasks. Times in ms. */
export interface TaskSettings {
  /** Default `auto`. */
  readonly mode?: TaskMode;
  /** How long a call may run before it is handed back as a task. Default 10000. */
  readonly afterMs?: number;
  /** How long a task and its result are kept after it was created. Default 1 h, at most 7 days. */
  readonly ttlMs?: number;
  /** How often clients should ask for its status. Default 1000. */
  readonly pollIntervalMs?: number;
  /** Whether a task of a lost pod runs again, once. `safe`, the default: if the tool is read-only or idempotent. */
  readonly rerun?: 'never' | 'safe';
  /** Whether a task must not run after the token of its caller has expired. Default false. */
  readonly requireFreshAuth?: boolean;
}

/** `TaskSettings` with all defaults. */
export interface TaskRule {
  readonly mode: TaskMode;
  readonly afterMs: number;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly rerunnable: boolean;
  readonly freshAuth: boolean;
}

/** A tool as `tools/list` describes it. */
export interface DescribedTool {
  readonly annotations?: ToolHints;
  readonly execution?: { readonly taskSupport?: unknown };
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export const MAX_TASK_TTL_MS: number = 7 * 24 * 60 * 60 * 1000;

const DEFAULTS = { afterMs: 10_000, ttlMs: 60 * 60 * 1000, pollIntervalMs: 1000 } as const;
const MODES: readonly unknown[] = ['auto', 'always', 'never'];
/** What a tool that declares `execution.taskSupport` (MCP 2025-11-25) wants. */
const MODE_OF_SUPPORT: Readonly<Record<string, TaskMode>> = {
  optional: 'auto',
  required: 'always',
  forbidden: 'never',
};

/** The rule of a tool: what the operator says, else what the tool says, else the defaults. A value that is not valid counts as absent. */
export function taskRuleOf(tool: DescribedTool, configured: TaskSettings = {}): TaskRule {
  const own = tool._meta?.[TASK_SETTINGS];
  const settings = { ...(typeof own === 'object' ? (own as TaskSettings) : {}), ...configured };
  const { readOnlyHint, idempotentHint } = tool.annotations ?? {};
  const safe = readOnlyHint === true || idempotentHint === true;
  const declared = MODE_OF_SUPPORT[String(tool.execution?.taskSupport)] ?? 'auto';
  return {
    mode: MODES.includes(settings.mode) ? (settings.mode as TaskMode) : declared,
    afterMs: time(settings.afterMs, 0) ?? DEFAULTS.afterMs,
    ttlMs: Math.min(time(settings.ttlMs, 1) ?? DEFAULTS.ttlMs, MAX_TASK_TTL_MS),
    pollIntervalMs: time(settings.pollIntervalMs, 1) ?? DEFAULTS.pollIntervalMs,
    rerunnable: safe && settings.rerun !== 'never',
    freshAuth: settings.requireFreshAuth === true,
  };
}

/** The rule of what is no tool, or of a tool that is not known. */
export const NO_TASKS: TaskRule = { ...DEFAULTS, mode: 'never', rerunnable: false, freshAuth: false };

/** Whole ms that a timer can wait. Undefined: not a time. */
function time(value: unknown, min: number): number | undefined {
  if (typeof value !== 'number' || !(value >= min) || value > 2 ** 31 - 1) return undefined;
  return Math.ceil(value);
}
