import { join } from 'node:path';
import type { Subject } from './subject.ts';
import { type Command, onNode, serverPath } from './subject.ts';

/** A server, and how it is asked, whatever its tools. */
export type Kind = Pick<Subject, 'name' | 'era' | 'command' | 'env' | 'keeps'>;

const fixture = (name: string) => () => onNode(serverPath(name));

/** The program that the kinds of anypod run. */
export const ANYPOD = join(import.meta.dirname, '../packages/anypod/bin/anypod.js');

const anypod =
  (module: string, ...more: 'redis'[]): Command =>
  (port, redisUrl) =>
    onNode(
      // Where the log is JSON, the signal that collects garbage would change its level.
      ...[ANYPOD, 'serve', serverPath(module), '--port', `${port}`, '--log-format', 'pretty'],
      ...(more.includes('redis') ? ['--redis', redisUrl] : []),
    );

/** The floor that every ratio refers to. */
export const BARE: Kind = { name: 'bare node:http echo', era: 'bare', command: fixture('bare') };

export const MEMORY: Kind = { name: 'anypod, memory', era: 'legacy', command: anypod('anypod-module') };
export const REDIS: Kind = {
  name: 'anypod, Redis',
  era: 'legacy',
  command: anypod('anypod-module', 'redis'),
  keeps: 'redis',
};
export const MODERN: Kind = { name: 'anypod, Redis', era: 'modern', command: anypod('anypod-module', 'redis') };
export const MODERN_MEMORY: Kind = { ...MEMORY, era: 'modern' };
export const REUSING: Kind = {
  name: 'anypod, Redis, reuse',
  era: 'modern',
  command: anypod('anypod-reusing-module', 'redis'),
};

export const SDK_V1: Kind = { name: 'SDK v1 session', era: 'legacy', command: fixture('sdk-v1-session') };
export const SDK_V1_SSE: Kind = { ...SDK_V1, name: 'SDK v1 session, SSE', env: { MODE: 'sse' } };
export const SDK_V1_STATELESS: Kind = {
  name: 'SDK v1 stateless',
  era: 'stateless',
  command: fixture('sdk-v1-stateless'),
};
export const SDK_V2: Kind = { name: 'SDK v2 session', era: 'legacy', command: fixture('sdk-v2-session') };
/** The floors: the SDK's own work on `node:http`, in a session, and where each call gets a server. */
export const SDK_ALONE: Kind = { name: 'SDK v2, nothing around it', era: 'legacy', command: fixture('sdk-v2-alone') };
/** The same, where each session is kept in Redis: one command for `initialize`, one for `initialized`. */
export const SDK_ALONE_KEPT: Kind = {
  name: 'SDK v2, kept in Redis',
  era: 'legacy',
  command: (_port, redisUrl) => onNode(serverPath('sdk-v2-alone'), redisUrl),
  keeps: 'redis',
};
export const SDK_ALONE_MODERN: Kind = { ...SDK_ALONE, era: 'modern' };
export const SDK_ALONE_REUSED: Kind = {
  ...SDK_ALONE_MODERN,
  name: 'SDK v2, reused, nothing around it',
  env: { REUSE: 'all' },
};
export const SDK_MODERN: Kind = { name: 'SDK v2 createMcpHandler', era: 'modern', command: fixture('sdk-v2-modern') };
