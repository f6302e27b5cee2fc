import { AnypodError } from '../core/errors.ts';
import type { RedisConnection } from './client.ts';
import type { Script } from './scripts.generated.ts';

export type Argument = string | number;

/** What the stores say to Redis with. Rejects with `AnypodError` `store_unavailable` where Redis cannot serve now. */
export interface Commands {
  call(command: string, ...args: Argument[]): Promise<unknown>;
  /** Runs a script on keys of one slot. */
  run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<unknown>;
}

/** Error replies that say "not now"; any other is a fault of ours and passes as it is. */
const TRANSIENT = new Set([
  'LOADING',
  'READONLY',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'TRYAGAIN',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
  'BUSY',
  'UNBLOCKED',
  'MOVED',
  'ASK',
]);

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function firstWord(error: Error): string {
  return error.message.split(' ', 1)[0] ?? '';
}

/** The fault that the caller of a store is to see. */
export function faultOf(error: unknown): unknown {
  if (error instanceof AnypodError) return error;
  if (isReply(error) && !TRANSIENT.has(firstWord(error))) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AnypodError('store_unavailable', `Redis does not answer (${reason}); try again shortly.`, {
    cause: error,
  });
}

/** Whether a server refused a script because it does not know its hash yet. */
export function isUnknownScript(error: unknown): boolean {
  return isReply(error) && firstWord(error) === 'NOSCRIPT';
}

/** Scripts go by their hash; a server that does not know one (each node of a Cluster has its own cache) gets the text, and keeps it. */
export function createCommands(connection: RedisConnection): Commands {
  async function call(command: string, ...args: Argument[]): Promise<unknown> {
    try {
      return await connection.call(command, ...args);
    } catch (error) {
      throw faultOf(error);
    }
  }

  async function run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<unknown> {
    try {
      return await connection.call('evalsha', script.sha, script.keys, ...keys, ...args);
    } catch (error) {
      if (isUnknownScript(error)) return call('eval', script.lua, script.keys, ...keys, ...args);
      throw faultOf(error);
    }
  }

  return { call, run };
}
