import { setTimeout as delay } from 'node:timers/promises';
import type { WireClient } from '../wire.ts';

/** What became of calls at a fixed rate. */
export interface CallTally {
  readonly calls: number;
  /** Answered with 503, which says when to try again. */
  readonly unavailable: number;
  /** Failed otherwise: the first of their reasons. */
  readonly failed: number;
  readonly reason?: string;
  /** `performance.now()` of the last answer that was no result. */
  readonly lastFailureAt?: number;
  readonly latenciesMs: readonly number[];
}

export interface SteadyCalls {
  /** Waits for the calls that are on their way. */
  stop(): Promise<CallTally>;
}

/** Whether a call of a `WireClient` was answered with 503. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('503:');
}

/** Calls a tool so many times a second, in one session after the other, through the clients in turn. No call is tried twice. */
export function callSteadily(
  clients: readonly WireClient[],
  sessions: readonly string[],
  perSecond: number,
): SteadyCalls {
  const tally = { calls: 0, unavailable: 0, failed: 0, latenciesMs: [] as number[] };
  const last: { reason?: string; lastFailureAt?: number } = {};
  const running = new Set<Promise<void>>();
  const over = new AbortController();

  async function call(number: number): Promise<void> {
    const began = performance.now();
    try {
      const client = clients[number % clients.length] as WireClient;
      await client.call(sessions[number % sessions.length] ?? '', 'wait', { ms: 0 });
      tally.latenciesMs.push(performance.now() - began);
    } catch (error) {
      last.lastFailureAt = performance.now();
      if (isUnavailable(error)) tally.unavailable += 1;
      else {
        tally.failed += 1;
        last.reason ??= String(error);
      }
    }
  }

  async function callAll(): Promise<void> {
    const began = performance.now();
    while (!over.signal.aborted) {
      const due = began + (tally.calls * 1000) / perSecond;
      await delay(Math.max(0, due - performance.now()));
      const one = call(tally.calls).finally(() => running.delete(one));
      tally.calls += 1;
      running.add(one);
    }
  }

  const calling = callAll();
  return {
    async stop() {
      over.abort();
      await calling;
      await Promise.all(running);
      return { ...tally, ...last };
    },
  };
}
