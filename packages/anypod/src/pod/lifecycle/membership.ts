import type { Change, PositionedChange } from '../../core/store/change-log.ts';
import type { InboxMessage, Listening } from '../../core/store/inbox.ts';
import { type Lease, mayJudge, type TakeLease } from '../../core/store/lease.ts';
import type { PodContext } from '../context/context.ts';
import { announceAnswer, createInboxHandler, type PodParts } from '../peers/inbox-handler.ts';
import { createInboxProbe, type InboxProbe } from '../peers/inbox-probe.ts';
import { holdLease, monotonicNow } from './lease.ts';

/** A pod among the others: its lease, the mail that it gets, and the changes that it hears of. */
export class Membership {
  readonly #context: PodContext;
  readonly #parts: PodParts;
  readonly #onChange: (change: Change) => void;
  readonly #takeLease: TakeLease;
  readonly #probe: InboxProbe;
  readonly #listening: Listening[] = [];
  #lease: Lease | undefined;
  #rereading: NodeJS.Timeout | undefined;

  /** `onChange` gets each change. `takeLease` undefined: the pod renews its lease itself. */
  constructor(
    context: PodContext,
    parts: PodParts,
    onChange: (change: Change) => void,
    takeLease: TakeLease | undefined,
  ) {
    this.#context = context;
    this.#parts = parts;
    this.#onChange = onChange;
    this.#takeLease = takeLease ?? ((pod, leaseMs) => holdLease(context.store.pods, pod, leaseMs, context.log));
    this.#probe = createInboxProbe(context);
  }

  /** Takes the lease and begins to read messages of other pods. Rejects if the pod cannot reach the store. */
  async join(): Promise<void> {
    const { store, pod, meter, background, options } = this.#context;
    await store.versions.look();
    this.#listening.push(await store.inbox.listen(pod, this.#createMailHandler(), () => this.#missed()));
    meter.watchInbox(this.#probe);
    this.#listening.push(await store.changes.follow((change) => this.#changed(change)));
    this.#lease = await this.#takeLease(pod, options.leaseMs);
    this.#rereading = setInterval(() => {
      this.#rereadQuestions();
      this.#parts.standing.tellDelivered();
      background.run('look at key versions', store.versions.look());
    }, options.leaseMs).unref();
  }

  /** Looks no more for answers whose mail was lost. */
  stopRereading(): void {
    clearInterval(this.#rereading);
  }

  /** Reads no more, and renews the lease no more. */
  async leave(): Promise<void> {
    this.stopRereading();
    await Promise.all(this.#listening.splice(0).map((listening) => listening.stop()));
    await this.#lease?.stop();
  }

  /** See `PodContext.heldSince`. */
  heldSince(): number {
    const state = this.#lease?.state();
    return state !== undefined && monotonicNow() < state.until ? state.since : Number.POSITIVE_INFINITY;
  }

  /** Whether this pod may count a pod with an expired lease as dead. */
  mayJudge(): boolean {
    const state = this.#lease?.state();
    return state !== undefined && mayJudge(monotonicNow(), this.#context.options.leaseMs, state);
  }

  #createMailHandler(): (message: InboxMessage) => void {
    const act = createInboxHandler(this.#context, this.#parts);
    return (message) => (message.type === 'probe' ? this.#probe.received(message.number) : act(message));
  }

  #changed(change: PositionedChange): void {
    this.#parts.standing.deliverChange(change);
    this.#onChange(change.change);
  }

  #missed(): void {
    this.#context.log.warn({}, 'mail from other pods may have been missed; reading everything again');
    this.#parts.sessions.distrust();
    this.#parts.followers.recheck();
    this.#parts.standing.recheck();
    this.#rereadQuestions();
    this.#context.tasks?.missed();
    this.#probe.missed();
  }

  /** Announces stored answers again, because the mail that announced them may be lost. */
  #rereadQuestions(): void {
    const { background } = this.#context;
    for (const live of this.#parts.sessions.held) {
      for (const question of live.questions) {
        background.run('read answer again', announceAnswer(this.#context, live.id, question));
      }
    }
  }
}
