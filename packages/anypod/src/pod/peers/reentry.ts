import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { lastRoundOf } from '../../core/session/input-round.ts';
import type { Orphan, StreamKey } from '../../core/store/event-log.ts';
import type { PodContext } from '../context/context.ts';
import type { OwnedStream } from '../streams/owned-stream.ts';

/** How often a call may be entered again. Each time, another pod has died while it waited. */
const MOST = 10;

/**
 * The request with which a lost call is entered again. Its handler had ended with `input_required`, and was to be called again with the client's answers.
 * So nothing runs twice, whatever its tool does. The request has the answers that are stored; the handler asks for the others again. The questions that
 * are still open are withdrawn. Undefined: the handler may have been running.
 */
export async function enteredAgain(
  { store, background }: PodContext,
  { session }: StreamKey,
  request: JsonRpcRequest,
  { events, takeOvers }: Orphan,
  stream: OwnedStream,
): Promise<JsonRpcRequest | undefined> {
  const round = lastRoundOf(events.map(({ data }) => JSON.parse(data) as JsonRpcMessage));
  if (round === undefined || takeOvers > MOST) return undefined;
  const inputResponses: Record<string, unknown> = {};
  let waited = false;
  for (const { id, key } of round.questions) {
    const answer = await store.questions.take(session, id);
    if (answer !== undefined) inputResponses[key] = (JSON.parse(answer) as JsonRpcResponse).result;
    else if ((await store.questions.owner(session, id)) === undefined) continue;
    else {
      stream.write(JSON.stringify(withdrawn(id)), false);
      background.run('withdraw question', store.questions.withdraw(session, id));
    }
    waited = true;
  }
  if (!waited) return undefined;
  const state = round.state === undefined ? {} : { requestState: round.state };
  return { ...request, params: { ...request.params, ...state, inputResponses } };
}

function withdrawn(requestId: string): JsonRpcMessage {
  const reason = 'The pod that asked was lost; if the answer is still needed, another one asks again.';
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } };
}
