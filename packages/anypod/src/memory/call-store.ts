import type { CallStore } from '../core/store/call-store.ts';
import type { ExpiringMap } from './expiring-map.ts';

/** A stored call. */
export interface StoredCall {
  readonly fingerprint: string;
  run: string;
  pod: string;
  runs: number;
  readonly waiting: Set<string>;
  readonly response?: string;
}

export function createMemoryCallStore(calls: ExpiringMap<StoredCall>): CallStore {
  /** The call, if it still runs and this is its run. */
  const running = (call: string, run: string): StoredCall | undefined => {
    const stored = calls.get(call);
    return stored?.run === run && stored.response === undefined ? stored : undefined;
  };

  return {
    async begin(call, { run, pod }, fingerprint, keepMs) {
      const stored = calls.get(call);
      if (stored === undefined) {
        calls.set(call, { fingerprint, run, pod, runs: 1, waiting: new Set() }, keepMs);
        return { kind: 'begun' };
      }
      if (stored.fingerprint !== fingerprint) return { kind: 'other-arguments' };
      if (stored.response !== undefined) return { kind: 'done', response: stored.response };
      stored.waiting.add(pod);
      return { kind: 'running', run: stored.run, pod: stored.pod, runs: stored.runs };
    },

    async renew(call, run, keepMs) {
      if (running(call, run)) calls.renew(call, keepMs);
    },

    async complete(call, run, fingerprint, response, keepMs) {
      const stored = calls.get(call);
      if (stored !== undefined && stored.run !== run) return undefined;
      if (stored?.response !== undefined) return [];
      calls.set(call, { fingerprint, run, pod: '', runs: 0, waiting: new Set(), response }, keepMs);
      return [...(stored?.waiting ?? [])];
    },

    async release(call, run, unlessAwaited) {
      const stored = running(call, run);
      if (stored === undefined) return undefined;
      const waiting = [...stored.waiting];
      const released = waiting.length === 0 || !unlessAwaited;
      if (released) calls.delete(call);
      return { released, waiting };
    },

    async takeOver(call, lost, { run, pod }, keepMs) {
      const stored = running(call, lost);
      if (stored === undefined) return false;
      Object.assign(stored, { run, pod, runs: stored.runs + 1 });
      calls.renew(call, keepMs);
      return true;
    },

    async leave(call, pod) {
      calls.get(call)?.waiting.delete(pod);
    },
  };
}
