import { AnypodError } from '../../core/errors.ts';
import type { Script } from '../scripts.generated.ts';
import type { RedisConnection } from './client.ts';
import { type Argument, type Commands, faultOf, isUnknownScript } from './commands.ts';
import { slotOf } from './slot.ts';

/** A script's reply, and whether its writes are on as many replicas as required. */
export interface Outcome {
  readonly reply: unknown;
  readonly isReplicated: boolean;
}

/** Runs scripts whose writes should survive a failover. Rejects as `Commands` does. */
export interface Writes {
  run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<Outcome>;
}

/** Writes that wait for no replicas. */
export function createPlainWrites(commands: Commands): Writes {
  return {
    run: async (script, keys, ...args) => ({ reply: await commands.run(script, keys, ...args), isReplicated: true }),
  };
}

/** How long to wait for replicas, in ms. A write that they do not have by then is stored, but not replicated. */
const WAIT_MS = 500;

function unavailable(cause: Error): AnypodError {
  return new AnypodError(
    'store_unavailable',
    `Redis does not report what its replicas have (${cause.message}); try again shortly.`,
    { cause },
  );
}

interface Write {
  readonly script: Script;
  readonly args: readonly Argument[];
  readonly done: PromiseWithResolvers<Outcome>;
}

/**
 * Sends writes followed by `WAIT`, on a connection that nothing else uses. `WAIT` delays the commands after it, and covers only writes that were made
 * before it on the same connection. So a script must write again when it is repeated: on a new connection, `WAIT` does not know of earlier writes.
 *
 * Writes that arrive during a round are sent together in the next one, so one `WAIT` covers many writes. On a Cluster each node has its own rounds.
 */
export function createReplicatedWrites(connection: RedisConnection, replicas: number): Writes {
  /** The writes that wait for the next round, by lane. If a lane has an entry here, its round is in progress. */
  const lanes = new Map<string, Write[]>();

  const laneOf = (key = '') => connection.slots?.[slotOf(key)]?.join() ?? '';

  async function send(writes: readonly Write[], verb: 'evalsha' | 'eval') {
    const text = ({ script }: Write) => (verb === 'eval' ? script.lua : script.sha);
    const scripts = writes.map((write) => [verb, text(write), write.script.keys, ...write.args]);
    const results = await connection.pipeline([...scripts, ['wait', replicas, WAIT_MS]]).exec();
    if (results === null) throw unavailable(new Error('no answer'));
    return results;
  }

  async function runRound(writes: readonly Write[]): Promise<void> {
    let results = await send(writes, 'evalsha');
    if (results.some(([error]) => isUnknownScript(error))) results = await send(writes, 'eval');
    const [waitError, reached] = results.at(-1) ?? [];
    if (waitError) throw unavailable(waitError);
    const isReplicated = Number(reached) >= replicas;
    for (const [index, { done }] of writes.entries()) {
      const [error, reply] = results[index] ?? [];
      if (error) done.reject(faultOf(error));
      else done.resolve({ reply, isReplicated });
    }
  }

  async function runRounds(lane: string, first: Write): Promise<void> {
    lanes.set(lane, []);
    for (let writes = [first]; writes.length > 0; writes = lanes.get(lane) ?? []) {
      lanes.set(lane, []);
      try {
        await runRound(writes);
      } catch (error) {
        for (const { done } of writes) done.reject(faultOf(error));
      }
    }
    lanes.delete(lane);
  }

  return {
    run(script, keys, ...args) {
      const lane = laneOf(keys[0]);
      const write: Write = { script, args: [...keys, ...args], done: Promise.withResolvers() };
      const waiting = lanes.get(lane);
      if (waiting) waiting.push(write);
      else void runRounds(lane, write);
      return write.done.promise;
    },
  };
}
