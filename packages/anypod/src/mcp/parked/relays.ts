import type { RandomId } from '../../core/signer.ts';
import type { InboxMessage, ParkedMail } from '../../core/store/inbox.ts';
import type { Traces } from '../../core/traces.ts';
import type { LastingWrites } from '../retry/lasting-writes.ts';
import type { ParkedState } from './parked-state.ts';
import { RelayedRound, type Woken } from './relayed-round.ts';
import type { Round } from './round.ts';

/** What parking needs to know about the pods. */
export interface ParkingPeers {
  /** This pod. */
  readonly pod: string;
  /** A pod that was woken and says nothing is looked at again after this time, in ms. */
  readonly leaseMs: number;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  isLost(pod: string): Promise<boolean>;
  send(pod: string, message: InboxMessage): Promise<void>;
}

export type Answers = Extract<ParkedMail, { readonly type: 'parked-answers' }>;

/** The data of the mail. */
export interface MailedAnswers {
  readonly responses: unknown;
  readonly progressToken: unknown;
}

/** The rounds of this pod's clients whose calls run on other pods. */
export interface Relays {
  /** Sends the answers of a round to the pod of its call. Passes on what the call says, until it has answered the round, or is lost. */
  wake(state: ParkedState, round: Round, responses: unknown): Promise<Woken>;
  hear(event: Extract<ParkedMail, { readonly type: 'parked-event' }>): void;
}

export function createRelays(peers: ParkingPeers, writes: LastingWrites, random: RandomId): Relays {
  const relayed = new Map<string, RelayedRound>();

  /** While the store is away, nobody counts as lost. */
  const isLost = (pod: string) => peers.isLost(pod).catch(() => false);

  /** Waits for the end of a round. Its pod may be lost, and so may the mail. The pod takes the mail once only. */
  async function follow(relay: RelayedRound, pod: string, mail: Answers): Promise<Woken> {
    for (;;) {
      const lost = await isLost(pod);
      const ended = await relay.ended(lost ? 0 : peers.leaseMs);
      if (ended !== undefined) return ended;
      if (lost) return 'lost';
      if (!relay.woken) await peers.send(pod, mail).catch(() => undefined);
    }
  }

  return {
    async wake({ call, pod }, round, responses) {
      const { id: request, channel, progressToken } = round;
      const signal = round.departure.signal();
      const wait = random();
      const relay = new RelayedRound(round);
      const leave = () => {
        writes.run('leave a parked call', () => peers.send(pod, { type: 'parked-left', wait }));
        relay.leave();
      };
      const data = JSON.stringify({ responses, progressToken } satisfies MailedAnswers);
      const trace = peers.traces?.here();
      const mail = {
        ...{ type: 'parked-answers', call, from: peers.pod, wait, request, form: channel.form, data },
        ...(trace !== undefined && { trace }),
      } as Answers;
      relayed.set(wait, relay);
      signal.addEventListener('abort', leave, { once: true });
      channel.onGone(leave);
      try {
        await peers.send(pod, mail);
        // A signal that had aborted before tells nobody.
        if (signal.aborted) leave();
        return await follow(relay, pod, mail);
      } finally {
        signal.removeEventListener('abort', leave);
        relayed.delete(wait);
      }
    },
    hear(event) {
      relayed.get(event.wait)?.hear(event);
    },
  };
}
