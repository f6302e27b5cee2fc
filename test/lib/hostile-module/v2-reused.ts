export { default } from './v2.ts';

/** The same server as `v2.ts`, but each instance serves many requests of 2026-07-28. */
export const anypod = { reuse: 'all' };
