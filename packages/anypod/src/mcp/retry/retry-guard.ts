import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { CLIENT_GONE, RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { RandomId } from '../../core/signer.ts';
import type { CallState, CallStore } from '../../core/store/call-store.ts';
import type { InboxMessage } from '../../core/store/inbox.ts';
import { rerunHere, type Traces } from '../../core/traces.ts';
import { IDEMPOTENCY_KEY } from './call-identity.ts';
import { lostForm, underId } from './call-outcome.ts';
import type { CallWaiters, Waiter } from './call-waiters.ts';
import { type GuardedCall, GuardedRun, keepMsOf } from './guarded-run.ts';
import { createLastingWrites } from './lasting-writes.ts';

/** What the guard needs to know about the pods. */
export interface RetryPeers {
  /** This pod. */
  readonly pod: string;
  /** A waiting request asks the store again after this time, in ms, even if nothing wakes it. */
  readonly leaseMs: number;
  /** How often one call may run again. */
  readonly rerunLimit: number;
  isLost(pod: string): Promise<boolean>;
  send(pod: string, message: InboxMessage): Promise<void>;
}

export interface RetryGuardOptions {
  readonly calls: CallStore;
  readonly waiters: CallWaiters;
  readonly peers: RetryPeers;
  readonly random: RandomId;
  readonly log: Log;
  readonly meter: Meter;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
}

/** Runs a call once, however often its client repeats it, and on whichever pods the repeats arrive. */
export interface RetryGuard {
  /** Rejects with `AnypodError` `store_unavailable` while the store is away, because only the store knows whether the call is a repeat. */
  serve(call: GuardedCall): Promise<void>;
  /** Releases the calls that still run, or stores that they were lost. Must be called before they are aborted. */
  close(): Promise<void>;
}

/** What a request does with its call. `again`: another pod has lost it. Undefined: the request has an answer. */
type Turn = 'first' | 'again' | undefined;

type Running = Extract<CallState, { kind: 'running' }>;

export function createRetryGuard({ calls, waiters, peers, random, log, meter, traces }: RetryGuardOptions): RetryGuard {
  const writes = createLastingWrites(log);
  const closing = new AbortController();
  const runs = new Set<GuardedRun>();

  function wake(call: string, pods: readonly string[]): void {
    for (const pod of pods) {
      if (pod === peers.pod) waiters.wake(call);
      // If the message is lost, the waiting request asks the store again by itself.
      else peers.send(pod, { type: 'call-ended', call }).catch(() => undefined);
    }
  }

  /** The store may have begun the run though its answer did not come. Nobody runs it, so no repeat may wait for it. */
  function forget({ key }: GuardedCall, run: string): void {
    writes.run('release call', async () => wake(key, (await calls.release(key, run, false))?.waiting ?? []));
  }

  function start(call: GuardedCall, run: string): Promise<void> {
    const guarded = new GuardedRun({ calls, writes, wake }, call, run, (ended) => runs.delete(ended));
    runs.add(guarded);
    return guarded.start();
  }

  /** Takes over the call of a lost pod. True: this request must run it. False: it has an answer now, or another request runs it. */
  async function inherit(call: GuardedCall, lost: Running, run: string): Promise<boolean> {
    if (call.rerunnable && lost.runs <= peers.rerunLimit) {
      const ours = await calls.takeOver(call.key, lost.run, { run, pod: peers.pod }, keepMsOf(call.rule));
      if (ours) meter.orphanEnded('rerun');
      return ours;
    }
    const waiting = await calls.complete(call.key, lost.run, call.fingerprint, lostForm(), call.rule.windowMs);
    // If this pod was first, the list contains this pod, because it waits too. If another pod was first, it is empty.
    if (waiting?.length) meter.orphanEnded('refused');
    wake(call.key, waiting ?? []);
    return false;
  }

  /** Waits until another run has ended, for one lease at most. */
  async function join(call: GuardedCall, other: Running, run: string, waiter: Waiter, signal: AbortSignal) {
    waiter.noted = true;
    if (await peers.isLost(other.pod)) return (await inherit(call, other, run)) ? 'again' : undefined;
    await waiter.wait(peers.leaseMs, signal);
    return undefined;
  }

  /** Begins the call, or waits until another run of it has ended and sends its answer. */
  async function beginOrJoin(call: GuardedCall, run: string, waiter: Waiter): Promise<Turn> {
    const signal = AbortSignal.any([call.signal, closing.signal]);
    while (!signal.aborted) {
      const state = await calls.begin(call.key, { run, pod: peers.pod }, call.fingerprint, keepMsOf(call.rule));
      if (state.kind === 'done') return answer(call, underId(call.id, state.response));
      if (state.kind === 'other-arguments') return answer(call, JSON.stringify(otherArguments(call)));
      // A client of the store repeats a step whose reply was lost, so the run that is there may be this one.
      const isOurs = state.kind === 'begun' || state.run === run;
      const turn: Turn = isOurs ? 'first' : await join(call, state, run, waiter, signal);
      if (turn !== undefined) return turn;
    }
    // Nobody reads this answer: the client has disconnected, or was told that the pod leaves.
    call.reply.watch.ended('cancelled');
    call.reply.empty(CLIENT_GONE);
    return undefined;
  }

  return {
    async serve(call) {
      const run = random();
      const waiter = waiters.enter(call.key);
      const turn = await beginOrJoin(call, run, waiter)
        .catch((error: unknown) => {
          forget(call, run);
          throw error;
        })
        .finally(() => {
          if (waiter.leave() && waiter.noted) writes.run('leave call', () => calls.leave(call.key, peers.pod));
        });
      if (turn === 'first') await start(call, run);
      if (turn === 'again') await rerunHere(traces, () => start(call, run));
    },
    async close() {
      closing.abort();
      for (const run of runs) run.giveUp();
      await writes.close();
    },
  };
}

function answer({ reply }: GuardedCall, body: string): undefined {
  reply.watch.answered('error' in (JSON.parse(body) as object));
  reply.json(200, body);
}

function otherArguments({ id }: GuardedCall): JsonRpcResponse {
  const message = `This _meta["${IDEMPOTENCY_KEY}"] was used for a call with other arguments. Use a new one.`;
  return rpcError(id, RPC.invalidParams, message, { reason: 'other_arguments' });
}
