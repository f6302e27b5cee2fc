import { createVercelFunction } from 'anypod/vercel';
import { optionsOf } from '../environment.ts';

/** `maxDurationMs` is that of vercel.json. */
export const mcp = createVercelFunction({
  ...optionsOf(process.env),
  maxDurationMs: 300_000,
  cronSecret: process.env['CRON_SECRET'],
});
