import type { Rendering } from './render.ts';

/** One value of the chart, and what it changes. */
export interface ValueCase {
  /** Where it stands in values.yaml: `image.tag`. */
  readonly path: string;
  /** Another value than the default. */
  readonly value: unknown;
  /** What it is compared to, where the default is refused. */
  readonly instead?: unknown;
  /** Other values, by path, without which this one does nothing. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** Other values, by path, that are refused without this one, and so no part of what it is compared to. */
  readonly needs?: Readonly<Record<string, unknown>>;
  /** Problems that come with the value, and are no fault of the chart. */
  readonly allows?: RegExp;
  /** Throws unless the rendering shows the value; has to throw where it has the default. */
  readonly check: (rendering: Rendering) => void;
}
