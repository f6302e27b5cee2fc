import type { JsonRpcNotification, RequestId } from '../core/json-rpc.ts';
import type { StreamEvent } from './events.ts';

/** The progress token of a call whose client wants no progress: with a token the server begins a stream at once, and a stream can be resumed. */
export const OWN_TOKEN = 'anypod-step';

/** Progress that was asked for under `sent`, under the token by which the client knows the call now. Only the position remains if it wants no progress. */
export function translateProgress(event: StreamEvent, sent: RequestId, now: RequestId | undefined): StreamEvent {
  if (!event.data.includes('"notifications/progress"')) return event;
  const message = JSON.parse(event.data) as JsonRpcNotification;
  if (message.params?.['progressToken'] !== sent) return event;
  if (now === undefined || now === OWN_TOKEN) return { ...event, data: '' };
  if (now === sent) return event;
  return { ...event, data: JSON.stringify({ ...message, params: { ...message.params, progressToken: now } }) };
}
