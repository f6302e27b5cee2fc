import type { Command } from './command.ts';
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
