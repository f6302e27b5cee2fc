import type { z } from 'zod';

/** One setting: a flag and an environment variable for the same thing; the flag wins. */
export interface Setting {
  readonly name: string;
  readonly flag: string;
  readonly env: string;
  /** As the documentation shows it; empty: none. */
  readonly default: string;
  readonly description: string;
  readonly schema: z.ZodType;
}
