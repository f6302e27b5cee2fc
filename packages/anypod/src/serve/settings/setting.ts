import { z } from 'zod';

/** One setting: a flag and an environment variable for the same value. The flag wins. */
export interface Setting {
  readonly name: string;
  readonly flag: string;
  readonly env: string;
  /** The default as the documentation shows it. Empty: none. */
  readonly default: string;
  readonly description: string;
  /** The value may also be in the file that the variable with `_FILE` at its end names. */
  readonly fromFile?: true;
  readonly schema: z.ZodType;
  /** The flag may stand alone, which means `true`. */
  readonly alone?: true;
}

/** Yes or no. */
export const choice: z.ZodType<boolean, string> = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

/** A whole number of milliseconds. */
export const milliseconds = (min: number): z.ZodType<number> =>
  z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .int('must be a whole number of milliseconds')
    .min(min, `must be ${min} or more`);
/** A whole number of bytes. */
export const bytes = (min: number): z.ZodType<number> =>
  z.coerce
    .number({ error: 'must be a number of bytes' })
    .int('must be a whole number of bytes')
    .min(min, `must be ${min} or more`);
/** A whole number. */
export const count = (min: number): z.ZodType<number> =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(min, `must be ${min} or more`);
/** A list of texts that are separated by commas. */
export const list: z.ZodType<string[], string> = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
