import type { Setting } from '../serve/setting.ts';

/** What a program adds to the pod that it runs: settings of its own, and what must be there before the pod and after it. */
export interface HostProgram {
  /** Read like those of `serve`; wrong values are reported together with its own. */
  readonly settings: readonly Setting[];
  /**
   * Runs before the pod starts; `values` has the settings, its own and those of `serve`, by name. The result runs once the pod has stopped.
   * Throws `ConfigError` for what the operator has to mend.
   */
  start(values: Readonly<Record<string, unknown>>): Promise<() => Promise<void>>;
}
