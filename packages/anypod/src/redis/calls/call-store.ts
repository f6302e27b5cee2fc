import type { Sealer } from '../../core/sealer.ts';
import type { CallState, CallStore } from '../../core/store/call-store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

type Reply =
  | ['begun']
  | ['running', run: string, pod: string, runs: string]
  | ['done', response: string]
  | ['other-arguments'];

const waiterField = (pod: string) => `w:${pod}`;

const RESPONSE = 'd';

/** One hash per call, in a slot of its own. */
export function createRedisCallStore(commands: Commands, keys: Keys, sealer: Sealer): CallStore {
  function stateOf(key: string, reply: Reply): CallState {
    if (reply[0] === 'running') return { kind: 'running', run: reply[1], pod: reply[2], runs: Number(reply[3]) };
    return reply[0] === 'done' ? { kind: 'done', response: sealer.open(key, RESPONSE, reply[1]) } : { kind: reply[0] };
  }

  return {
    async begin(call, { run, pod }, fingerprint, keepMs) {
      const args = [run, pod, fingerprint, keepMs, waiterField(pod)];
      const key = keys.call(call);
      return stateOf(key, (await commands.run(scripts.beginCall, [key], ...args)) as Reply);
    },

    async renew(call, run, keepMs) {
      await commands.run(scripts.renewCall, [keys.call(call)], run, keepMs);
    },

    async complete(call, run, fingerprint, response, keepMs) {
      const key = keys.call(call);
      const args = [run, fingerprint, sealer.seal(key, RESPONSE, response), keepMs];
      const reply = await commands.run(scripts.completeCall, [key], ...args);
      return (reply as string[] | null) ?? undefined;
    },

    async release(call, run, unlessAwaited) {
      const args = [run, unlessAwaited ? 1 : 0];
      const reply = await commands.run(scripts.releaseCall, [keys.call(call)], ...args);
      if (reply === null) return undefined;
      const [released, ...waiting] = reply as [number, ...string[]];
      return { released: released === 1, waiting };
    },

    async takeOver(call, lost, { run, pod }, keepMs) {
      return (await commands.run(scripts.takeOverCall, [keys.call(call)], lost, run, pod, keepMs)) === 1;
    },

    async leave(call, pod) {
      await commands.call('hdel', keys.call(call), waiterField(pod));
    },
  };
}
