import { AnypodError } from '../core/errors.ts';
import type { RedisConnection } from './client.ts';
import { type Argument, type Commands, faultOf, isUnknownScript } from './commands.ts';
import type { Script } from './scripts.generated.ts';
import { slotOf } from './slot.ts';

/** What a script answered, and whether what it wrote is on as many replicas as it has to be. */
export interface Outcome {
  readonly reply: unknown;
  readonly isReplicated: boolean;
}

/** Runs scripts whose writes a failover should not lose. Rejects as `Commands` does. */
export interface Writes {
  run(script: Script, keys: readonly string[], ...args: Argument[]): Promise<Outcome>;
}

/** Writes that nothing is waited for. */
export function createPlainWrites(commands: Commands): Writes {
  return {
    run: async (script, keys, ...args) => ({ reply: await commands.run(script, keys, ...args), isReplicated: true }),
  };
}

/** How long replicas get, in ms; a write that they do not have by then is stored, but not replicated. */
const WAIT_MS = 500;

function unavailable(cause: Error): AnypodError {
  return new AnypodError(
    'store_unavailable',
    `Redis does not say what its replicas have (${cause.message}); try again shortly.`,
    { cause },
  );
}

interface Write {
  readonly script: Script;
  readonly args: readonly Argument[];
  readonly done: PromiseWithResolvers<Outcome>;
}

/**
 * Writes that are followed by `WAIT`, on a connection that is not used for anything else: `WAIT` holds up what comes after it, and
 * speaks of all that was written before it on its own connection. So the scripts must be such that a repeated one writes again: on
 * a new connection `WAIT` knows of no earlier write.
 *
 * What comes while a round is under way goes out together in the next one, so there is one `WAIT` for many writes. On a Cluster each
 * node has its rounds.
 */
export function createReplicatedWrites(connection: RedisConnection, replicas: number): Writes {
  /** What waits for the next round, by lane; a lane that is there has a round under way. */
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
