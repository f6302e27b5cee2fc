import type { Caller } from '../core/caller.ts';

/** What is done on behalf of a client without its request carries no credentials and no headers. */
export const NO_CALLER: Caller = { headers: {}, url: 'http://anypod.invalid/' };
