/** The same module, which declares that its servers may be reused. */
export { default } from './anypod-module.ts';

export const anypod = { reuse: 'all' } as const;
