import { join } from 'node:path';
import type { Era } from './load.ts';

/** One server process to measure, and how it is called. */
export interface Subject {
  readonly name: string;
  readonly era: Era;
  readonly tools: number;
  /** Arguments of `node`. */
  readonly command: (port: number, redisUrl: string) => readonly string[];
}

const server = (name: string): string => join(import.meta.dirname, 'servers', `${name}.ts`);
const fixture = (name: string) => () => [server(name)];

const anypod =
  (...more: 'redis'[]) =>
  (port: number, redisUrl: string): readonly string[] => [
    join(import.meta.dirname, '../packages/anypod/bin/anypod.js'),
    'serve',
    server('anypod-module'),
    '--port',
    `${port}`,
    ...(more.includes('redis') ? ['--redis', redisUrl] : []),
  ];

const KINDS: readonly Omit<Subject, 'tools'>[] = [
  { name: 'SDK v1 session', era: 'legacy', command: fixture('sdk-v1-session') },
  { name: 'SDK v2 session', era: 'legacy', command: fixture('sdk-v2-session') },
  { name: 'anypod, memory', era: 'legacy', command: anypod() },
  { name: 'anypod, Redis', era: 'legacy', command: anypod('redis') },
  { name: 'SDK v2 createMcpHandler', era: 'modern', command: fixture('sdk-v2-modern') },
  { name: 'anypod, Redis', era: 'modern', command: anypod('redis') },
];

/** The floor that every ratio refers to, then each server with 1 tool and with 20. */
export const SUBJECTS: readonly Subject[] = [
  { name: 'bare node:http echo', era: 'bare', tools: 1, command: fixture('bare') },
  ...KINDS.flatMap((kind) => [1, 20].map((tools) => ({ ...kind, tools }))),
];
