import { fileURLToPath } from 'node:url';

/** The built command. Vitest builds it before tests that start processes; see `build.ts`. */
export const ANYPOD = fileURLToPath(new URL('../../packages/anypod/bin/anypod.js', import.meta.url));
