import type { CallStore } from '../../core/call-store.ts';
import type { JsonRpcResponse, RequestId } from '../../core/json-rpc.ts';
import type { WebReply } from '../../core/reply.ts';
import type { CallIdentity } from './call-identity.ts';
import { lostForm, storedForm } from './call-outcome.ts';
import { detachedReply } from './detached-reply.ts';
import type { LastingWrites } from './lasting-writes.ts';
import type { RetryRule } from './tool-policies.ts';

/** A call of a tool that is guarded. */
export interface GuardedCall extends CallIdentity {
  readonly id: RequestId;
  readonly rule: RetryRule;
  readonly rerunnable: boolean;
  readonly reply: WebReply;
  /** The client's going. */
  readonly signal: AbortSignal;
  /**
   * Runs the call until `signal` aborts, and answers `reply`. `onResponse` gets the tool's response; it is not called where the tool did not run
   * to its end.
   */
  run(signal: () => AbortSignal, reply: WebReply, onResponse: (response: JsonRpcResponse) => void): Promise<void>;
}

/** What runs share. */
export interface RunContext {
  readonly calls: CallStore;
  readonly writes: LastingWrites;
  /** Wakes those who wait for a call on these pods. */
  readonly wake: (call: string, pods: readonly string[]) => void;
}

/** How long a run is kept that its pod does not renew; a run that died is not known for longer. */
const MIN_KEEP_MS = 60_000;
const RENEWALS = 3;

export const keepMsOf = ({ windowMs }: RetryRule): number => Math.max(MIN_KEEP_MS, windowMs);

/** One run of a guarded call on this pod: its connection is not its life. */
export class GuardedRun {
  readonly #context: RunContext;
  readonly #call: GuardedCall;
  readonly #run: string;
  readonly #own = new AbortController();
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
    // A renewal that fails is made good by the next, and at last by the response.
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
        () => this.#own.signal,
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

  /** The pod goes, and what runs is about to be aborted: whoever waits elsewhere is told what to do. */
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

  /** Side by side with the answer: who has that needs no repeat. */
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

  /** A cancellable call ends with its client, unless a repeat waits for it already. */
  #gone(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    if (!this.#call.rule.cancellable || this.#settled) return;
    const { calls, writes } = this.#context;
    writes.run('abandon call', async () => {
      const released = await calls.release(this.#call.key, this.#run, true);
      if (released?.released !== true) return;
      this.#settled = true;
      this.#own.abort();
    });
  }
}
