import type { Setting } from '../../serve/settings/setting.ts';

/** Takes the arguments after its name, and resolves to the exit code. Throws `UsageError` and `ConfigError`. */
export type Command = (argv: readonly string[]) => Promise<number>;

/** The command by which `anypod dev` starts its pods. Nobody else runs it. */
export const DEV_POD = 'dev-pod';

/** What a program adds to the pod that it runs: its own settings, and work before the pod starts and after it has stopped. */
export interface HostProgram {
  /** They are read like those of `serve`, and wrong values of both are reported together. */
  readonly settings: readonly Setting[];
  /** More commands, each with a line for `--help`. One is loaded only if it is used. */
  readonly commands: ReadonlyMap<string, { readonly help: string; load(): Promise<Command> }>;
  /**
   * Runs before the pod starts. `values` has all settings by name, the program's own and those of `serve`. The returned function runs once the pod has
   * stopped. Throws `ConfigError` for a fault that the operator must correct.
   */
  start(values: Readonly<Record<string, unknown>>): Promise<() => Promise<void>>;
}
