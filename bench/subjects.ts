import { join } from 'node:path';
import type { Era } from './load.ts';
import type { Work } from './work.ts';

/** One server process to measure, and how it is called. */
export interface Subject {
  readonly name: string;
  readonly era: Era;
  readonly tools: number;
  /** Where the tools' schemas are made: once beside the factory, or anew for each server. */
  readonly schemas: 'hoisted' | 'factory';
  readonly work: Work;
  /** Arguments of `node`. */
  readonly command: (port: number, redisUrl: string) => readonly string[];
}

const server = (name: string): string => join(import.meta.dirname, 'servers', `${name}.ts`);
const fixture = (name: string) => () => [server(name)];

const anypod =
  (module: string, ...more: 'redis'[]) =>
  (port: number, redisUrl: string): readonly string[] => [
    join(import.meta.dirname, '../packages/anypod/bin/anypod.js'),
    'serve',
    server(module),
    '--port',
    `${port}`,
    ...(more.includes('redis') ? ['--redis', redisUrl] : []),
  ];

type Kind = Pick<Subject, 'name' | 'era' | 'command'>;

const SDK_V1: Kind = { name: 'SDK v1 session', era: 'legacy', command: fixture('sdk-v1-session') };
const SDK_V2: Kind = { name: 'SDK v2 session', era: 'legacy', command: fixture('sdk-v2-session') };
const MEMORY: Kind = { name: 'anypod, memory', era: 'legacy', command: anypod('anypod-module') };
const REDIS: Kind = { name: 'anypod, Redis', era: 'legacy', command: anypod('anypod-module', 'redis') };
const SDK_MODERN: Kind = { name: 'SDK v2 createMcpHandler', era: 'modern', command: fixture('sdk-v2-modern') };
const MODERN: Kind = { name: 'anypod, Redis', era: 'modern', command: anypod('anypod-module', 'redis') };
const REUSING: Kind = {
  name: 'anypod, Redis, reuse',
  era: 'modern',
  command: anypod('anypod-reusing-module', 'redis'),
};

const call = (kind: Kind, tools: number, schemas: Subject['schemas'] = 'hoisted'): Subject => {
  return { ...kind, tools, schemas, work: 'call' };
};
const work = (name: Work, kinds: readonly Kind[]): Subject[] => {
  return kinds.map((kind) => ({ ...kind, tools: 20, schemas: 'hoisted', work: name }));
};

/** The floor that every ratio refers to. */
export const BARE: Subject = call({ name: 'bare node:http echo', era: 'bare', command: fixture('bare') }, 1);

/** What is measured side by side: `call` is the one that the ratios of the documentation come from. */
export const SUITES: Readonly<Record<string, readonly Subject[]>> = {
  call: [SDK_V1, SDK_V2, MEMORY, REDIS, SDK_MODERN, MODERN, REUSING].flatMap((kind) => [call(kind, 1), call(kind, 20)]),
  factory: [REDIS, SDK_MODERN, MODERN, REUSING].flatMap((kind) => [call(kind, 20), call(kind, 20, 'factory')]),
  mixed: work('mixed', [SDK_V1, REDIS, SDK_MODERN, MODERN, REUSING]),
  list: work('list', [SDK_V1, SDK_V2, REDIS, SDK_MODERN, MODERN, REUSING]),
  open: work('open', [SDK_V1, SDK_V2, MEMORY, REDIS]),
};
