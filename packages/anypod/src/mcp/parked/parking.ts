import { departureOf } from '../../core/departure.ts';
import type { Log } from '../../core/log.ts';
import type { RandomId } from '../../core/signer.ts';
import type { ParkedMail } from '../../core/store/inbox.ts';
import { asPlace, inStep } from '../../core/traces.ts';
import { createLastingWrites } from '../retry/lasting-writes.ts';
import { MailedChannel, type ParkedEvent } from './mailed-channel.ts';
import type { ParkedCall, ParkedCalls } from './parked-calls.ts';
import type { ParkedState } from './parked-state.ts';
import type { Woken } from './relayed-round.ts';
import { type Answers, createRelays, type MailedAnswers, type ParkingPeers } from './relays.ts';
import type { Round } from './round.ts';

export interface ParkingOptions {
  readonly calls: ParkedCalls;
  readonly peers: ParkingPeers;
  readonly random: RandomId;
  readonly log: Log;
}

/** Brings answers to the pods on which handlers wait for them. */
export interface Parking {
  /**
   * Wakes a call, on whichever pod it waits, and passes on what it says until it has answered the round. Unless the result is `served`, the round has no
   * answer yet. Rejects with `AnypodError` `store_unavailable` if the answers cannot be sent.
   */
  wake(state: ParkedState, round: Round, responses: unknown): Promise<Woken>;
  /** A call gets no answers: aborts its handler, on whichever pod it waits. */
  drop(state: Pick<ParkedState, 'pod' | 'call'>): void;
  receive(mail: ParkedMail): void;
  /** How many of this pod's calls speak to clients of other pods. */
  readonly busy: number;
  /** This pod leaves. Tells the pods whose clients wait for its calls. */
  close(): Promise<void>;
}

type FarRequest = Pick<Answers, 'from' | 'wait' | 'request' | 'form'> & { readonly trace: string | undefined };

export function createParking({ calls, peers, random, log }: ParkingOptions): Parking {
  const writes = createLastingWrites(log);
  /** The rounds of this pod's calls that clients of other pods wait for. */
  const far = new Map<string, { readonly from: string; readonly gone: AbortController }>();
  const relays = createRelays(peers, writes, random);
  let closed = false;

  function say(pod: string, wait: string, event: ParkedEvent): void {
    writes.run('speak to a waiting request', () => peers.send(pod, { type: 'parked-event', wait, ...event }));
  }

  function answered({ call, from, wait, request, form, data, trace }: Answers): void {
    const parked = closed || far.has(wait) ? undefined : calls.take(call);
    if (closed) say(from, wait, { what: 'lost' });
    else if (parked === undefined) say(from, wait, { what: far.has(wait) ? 'woken' : 'unknown' });
    else void run(parked, { from, wait, request, form, trace }, JSON.parse(data) as MailedAnswers);
  }

  /** Lets a call of this pod go on, and mails what it says. */
  async function run(
    parked: ParkedCall,
    { from, wait, request, form, trace }: FarRequest,
    mailed: MailedAnswers,
  ): Promise<void> {
    const gone = new AbortController();
    far.set(wait, { from, gone });
    say(from, wait, { what: 'woken' });
    const channel = new MailedChannel(form, (event) => say(from, wait, event));
    try {
      const { responses, progressToken } = mailed;
      const round = { id: request, progressToken, channel, departure: departureOf(() => gone.signal) };
      await inStep(peers.traces, 'anypod.wake', asPlace(trace), () => parked.resume(round, responses));
    } finally {
      far.delete(wait);
    }
  }

  return {
    async wake(state, round, responses) {
      if (state.pod !== peers.pod) return relays.wake(state, round, responses);
      const parked = calls.take(state.call);
      if (parked === undefined) return 'unknown';
      await parked.resume(round, responses);
      return 'served';
    },
    drop({ pod, call }) {
      if (pod === peers.pod) calls.take(call)?.expire();
      else writes.run('drop a parked call', () => peers.send(pod, { type: 'parked-dropped', call }));
    },
    receive(mail) {
      if (mail.type === 'parked-answers') answered(mail);
      else if (mail.type === 'parked-dropped') calls.take(mail.call)?.expire();
      else if (mail.type === 'parked-left') far.get(mail.wait)?.gone.abort();
      else relays.hear(mail);
    },
    get busy() {
      return far.size;
    },
    async close() {
      closed = true;
      for (const [wait, { from }] of far) say(from, wait, { what: 'lost' });
      await writes.close();
    },
  };
}
