import { join } from 'node:path';

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
