import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import type { WebReply } from '../../core/reply.ts';
import type { CallIdentity } from '../../core/server-host.ts';
import type { CallStore } from '../../core/store/call-store.ts';
import { lostForm, storedForm } from './call-outcome.ts';
import { detachedReply } from './detached-reply.ts';
import type { LastingWrites } from './lasting-writes.ts';
import type { RetryRule } from './tool-policies.ts';

/** A call of a tool whose calls are guarded against repeats. */
export interface GuardedCall extends CallIdentity {
  readonly id: RequestId;
  readonly rule: RetryRule;
  readonly rerunnable: boolean;
  readonly reply: WebReply;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
  /**
   * Runs the call until `signal` aborts, and answers `reply`. `onResponse` gets the tool's response. It is not called if the tool did not run to its
   * end.
   */
  run(signal: () => AbortSignal, reply: WebReply, onResponse: (response: JsonRpcResponse) => void): Promise<void>;
}

/** What all runs share. */
export interface RunContext {
  readonly calls: CallStore;
  readonly writes: LastingWrites;
  /** Wakes the requests that wait for a call on these pods. */
  readonly wake: (call: string, pods: readonly string[]) => void;
}

/** How long the store keeps a run that its pod does not renew, at least. After that a run of a dead pod is no longer known. */
const MIN_KEEP_MS = 60_000;
const RENEWALS = 3;

export const keepMsOf = ({ windowMs }: RetryRule): number => Math.max(MIN_KEEP_MS, windowMs);

/** One run of a guarded call on this pod. It may outlive the client's connection. */
export class GuardedRun {
  readonly #context: RunContext;
  readonly #call: GuardedCall;
  readonly #run: string;
  readonly #controller = new AbortController();
  readonly #onEnd: (run: GuardedRun) => void;
  readonly #renewing: NodeJS.Timeout;
  #settled = false;
  #clientGone = false;

  constructor(context: RunContext, call: GuardedCall, run: string, onEnd: (run: GuardedRun) => void) {
    this.#context = context;
    this.#call = call;
    this.#run = run;
    this.#onEnd = onEnd;
    const keepMs = keepMsOf(call.rule);
    // If a renewal fails, the next one or the response makes up for it.
    const renew = () => void context.calls.renew(call.key, run, keepMs).catch(() => undefined);
    this.#renewing = setInterval(renew, keepMs / RENEWALS).unref();
  }

  async start(): Promise<void> {
    const gone = () => this.#gone();
    const { signal } = this.#call;
    signal.addEventListener('abort', gone, { once: true });
    if (signal.aborted) gone();
    try {
      await this.#call.run(
        () => this.#controller.signal,
        detachedReply(this.#call.reply, gone),
        (message) => this.#respond(message),
      );
    } finally {
      signal.removeEventListener('abort', gone);
      clearInterval(this.#renewing);
      this.#forget();
      this.#onEnd(this);
    }
  }

  /** The pod leaves and is about to abort this run. Tells the repeats that wait on other pods to run the call themselves, or that it was lost. */
  giveUp(): void {
    const { rule, rerunnable } = this.#call;
    if (rule.cancellable || rerunnable) this.#forget();
    else this.#store(lostForm());
  }

  #respond(response: JsonRpcResponse): void {
    const stored = storedForm(response, this.#call.rerunnable);
    if (stored === undefined) this.#forget();
    else this.#store(stored);
  }

  /** Stores the response for repeats. The answer does not wait for it: a client that has the answer does not repeat the call. */
  #store(stored: string): void {
    if (this.#settled) return;
    this.#settled = true;
    const { calls, writes, wake } = this.#context;
    const { key, fingerprint, rule } = this.#call;
    writes.run('store response', async () => {
      wake(key, (await calls.complete(key, this.#run, fingerprint, stored, rule.windowMs)) ?? []);
    });
  }

  #forget(): void {
    if (this.#settled) return;
    this.#settled = true;
    const { calls, writes, wake } = this.#context;
    writes.run('release call', async () => {
      wake(this.#call.key, (await calls.release(this.#call.key, this.#run, false))?.waiting ?? []);
    });
  }

  /** The client has disconnected. That ends a cancellable call, unless a repeat already waits for it. */
  #gone(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    if (!this.#call.rule.cancellable || this.#settled) return;
    const { calls, writes } = this.#context;
    writes.run('abandon call', async () => {
      const released = await calls.release(this.#call.key, this.#run, true);
      if (released?.released !== true) return;
      this.#settled = true;
      this.#controller.abort();
    });
  }
}
