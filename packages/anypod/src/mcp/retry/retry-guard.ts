import type { CallState, CallStore } from '../../core/call-store.ts';
import type { InboxMessage } from '../../core/inbox.ts';
import type { JsonRpcResponse } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import { CLIENT_GONE, RPC, rpcError } from '../../core/rpc-error.ts';
import type { RandomId } from '../../core/signer.ts';
import { IDEMPOTENCY_KEY } from './call-identity.ts';
import { lostForm, underId } from './call-outcome.ts';
import type { CallWaiters, Waiter } from './call-waiters.ts';
import { type GuardedCall, GuardedRun, keepMsOf } from './guarded-run.ts';
import { createLastingWrites } from './lasting-writes.ts';

/** What the guard knows of the pods. */
export interface RetryPeers {
  /** This pod. */
  readonly pod: string;
  /** How often a wait looks again by itself, in ms. */
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
}

/** Runs a call once, however often its client repeats it and whichever pods the repeats reach. */
export interface RetryGuard {
  /** Rejects with `AnypodError` `store_unavailable`: whether the call is a repeat is not known then. */
  serve(call: GuardedCall): Promise<void>;
  /** Settles what still runs, before it is aborted. */
  close(): Promise<void>;
}

type Running = Extract<CallState, { kind: 'running' }>;

export function createRetryGuard({ calls, waiters, peers, random, log, meter }: RetryGuardOptions): RetryGuard {
  const writes = createLastingWrites(log);
  const closing = new AbortController();
  const runs = new Set<GuardedRun>();

  function wake(call: string, pods: readonly string[]): void {
    for (const pod of pods) {
      if (pod === peers.pod) waiters.wake(call);
      // A wake-up that is lost is made good by the wait's own look.
      else peers.send(pod, { type: 'call-ended', call }).catch(() => undefined);
    }
  }

  function start(call: GuardedCall, run: string): Promise<void> {
    const guarded = new GuardedRun({ calls, writes, wake }, call, run, (ended) => runs.delete(ended));
    runs.add(guarded);
    return guarded.start();
  }

  /** Makes sure that the call of a lost pod does not stay as it is; true: it is ours to run now. */
  async function inherit(call: GuardedCall, lost: Running, run: string): Promise<boolean> {
    if (call.rerunnable && lost.runs <= peers.rerunLimit) {
      const ours = await calls.takeOver(call.key, lost.run, { run, pod: peers.pod }, keepMsOf(call.rule));
      if (ours) meter.orphanEnded('rerun');
      return ours;
    }
    const waiting = await calls.complete(call.key, lost.run, call.fingerprint, lostForm(), call.rule.windowMs);
    // Empty where another pod was first: this one is noted as waiting itself.
    if (waiting?.length) meter.orphanEnded('refused');
    wake(call.key, waiting ?? []);
    return false;
  }

  /** Waits for another run to end, or a lease; true: it is ours to run now. */
  async function join(call: GuardedCall, other: Running, run: string, waiter: Waiter, signal: AbortSignal) {
    waiter.noted = true;
    if (await peers.isLost(other.pod)) return inherit(call, other, run);
    await waiter.wait(peers.leaseMs, signal);
    return false;
  }

  /** Begins the call, or waits until another run of it has ended, and answers with that. True: it is ours to run. */
  async function settle(call: GuardedCall, run: string, waiter: Waiter): Promise<boolean> {
    const signal = AbortSignal.any([call.signal, closing.signal]);
    while (!signal.aborted) {
      const state = await calls.begin(call.key, { run, pod: peers.pod }, call.fingerprint, keepMsOf(call.rule));
      if (state.kind === 'begun') return true;
      if (state.kind === 'done') return answer(call, underId(call.id, state.response));
      if (state.kind === 'other-arguments') return answer(call, JSON.stringify(otherArguments(call)));
      if (await join(call, state, run, waiter, signal)) return true;
    }
    // Nobody reads this answer: the client has gone, or was told that the pod goes.
    call.reply.watch.ended('cancelled');
    call.reply.empty(CLIENT_GONE);
    return false;
  }

  return {
    async serve(call) {
      const run = random();
      const waiter = waiters.enter(call.key);
      const ours = await settle(call, run, waiter).finally(() => {
        if (waiter.leave() && waiter.noted) writes.run('leave call', () => calls.leave(call.key, peers.pod));
      });
      if (ours) await start(call, run);
    },
    async close() {
      closing.abort();
      for (const run of runs) run.giveUp();
      await writes.close();
    },
  };
}

function answer({ reply }: GuardedCall, body: string): false {
  reply.watch.answered('error' in (JSON.parse(body) as object));
  reply.json(200, body);
  return false;
}

function otherArguments({ id }: GuardedCall): JsonRpcResponse {
  const message = `This _meta["${IDEMPOTENCY_KEY}"] was used for a call with other arguments. Use a new one.`;
  return rpcError(id, RPC.invalidParams, message, { reason: 'other_arguments' });
}
