export { default } from './v2.ts';

/** The same, whose servers serve one request of 2026-07-28 after the other. */
export const anypod = { reuse: 'all' };
