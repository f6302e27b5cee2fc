import { parkedPodLost } from '../../core/json/rpc-error.ts';
import { rerunHere, type Traces } from '../../core/traces.ts';
import { answersSoFar, firstRequestOf } from '../parked/call-so-far.ts';
import type { ParkedState } from '../parked/parked-state.ts';
import type { Parking } from '../parked/parking.ts';
import type { Woken } from '../parked/relayed-round.ts';
import { ReplyChannel } from '../parked/reply-channel.ts';
import { type ModernRequest, progressTokenOf, type Served } from './modern-request.ts';
import type { ModernServers } from './modern-servers.ts';
import { refusedState } from './sealed-state.ts';

/** Serves a client's next request for a call that was parked. */
export type GoOn = (request: ModernRequest, state: ParkedState, served: Served) => Promise<void>;

/**
 * Gives a parked call the answers of its client. If the call is gone, and may run again, it runs on this pod with all answers that the client has given. If
 * it may not, its client gets an error.
 */
export function createGoOn(servers: ModernServers, parking: Parking, traces: Traces | undefined): GoOn {
  return async (request, state, served) => {
    const { body, departure, reply } = request;
    const channel = new ReplyChannel(reply);
    const { onResponse } = served;
    const round = { id: body.id, progressToken: progressTokenOf(body), channel, departure, onResponse };
    const responses = body.params?.['inputResponses'];
    // Stays if the SDK refuses the request, which answers it. The SDK would hide an error of `wake`.
    let waking: Promise<Woken> = Promise.resolve('served');
    await servers.check(request, served, async () => {
      waking = parking.wake(state, round, responses);
      await waking.catch(() => undefined);
    });
    const woken = await waking;
    if (woken === 'served') return;
    if (served.rerunnable) {
      const again = { ...request, body: firstRequestOf(body, state) };
      const answers = answersSoFar(state, responses);
      return rerunHere(traces, () => servers.call(again, { ...served, channel, answers }));
    }
    const error = woken === 'lost' ? parkedPodLost(body.id) : refusedState(body);
    channel.answer(JSON.stringify(error), 200, true);
  };
}
