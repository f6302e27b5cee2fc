/** Loaded before a subject on Node, so that its memory can be read after a collection. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('SIGUSR2', () => globalThis.gc?.());
