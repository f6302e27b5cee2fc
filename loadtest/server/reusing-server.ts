/** The same server, whose module declares that its servers may be reused. */
export { default } from './server.ts';

export const anypod = { reuse: 'all' } as const;
