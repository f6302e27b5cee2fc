import { join } from 'node:path';
import type { Era } from './load.ts';
import type { Work } from './work.ts';

/** One server process to measure, and how it is asked. */
export interface Subject {
  readonly name: string;
  readonly era: Era;
  readonly tools: number;
  /** Where the tools' schemas are made: once beside the factory, or anew for each server. */
  readonly schemas: 'hoisted' | 'factory';
  readonly work: Work;
  readonly command: Command;
  readonly env?: Readonly<Record<string, string>>;
  /** Where sessions are beside the process. */
  readonly keeps?: 'redis';
}

/** Starts a subject: a program and its arguments. The environment has `PORT`, `TOOLS`, `SCHEMAS` and what the subject's `env` says. */
export type Command = (port: number, redisUrl: string) => readonly [program: string, ...args: string[]];

const COLLECTS = ['--expose-gc', '--import', join(import.meta.dirname, 'servers/collect-when-asked.ts')];

/** A program on this Node, which collects its garbage at SIGUSR2. */
export function onNode(...args: string[]): ReturnType<Command> {
  return [process.execPath, ...COLLECTS, ...args];
}

/** The path of a server of the bench. */
export function serverPath(name: string): string {
  return join(import.meta.dirname, 'servers', `${name}.ts`);
}
