import type { JsonRpcNotification, RequestId } from '../core/json/json-rpc.ts';
import type { ClientCall } from './context.ts';
import type { StreamEvent } from './events.ts';

/** Progress that was asked for under `sent`, under the token by which the client knows the call now. Only the position remains if it wants no progress. */
export function translateProgress(event: StreamEvent, sent: RequestId, now: RequestId | undefined): StreamEvent {
  if (!event.data.includes('"notifications/progress"')) return event;
  const message = JSON.parse(event.data) as JsonRpcNotification;
  if (message.params?.['progressToken'] !== sent) return event;
  if (now === undefined) return { ...event, data: '' };
  if (now === sent) return event;
  return { ...event, data: JSON.stringify({ ...message, params: { ...message.params, progressToken: now } }) };
}

/** The token under which the client wants progress, if it wants any. */
export function tokenOf({ request }: ClientCall): RequestId | undefined {
  return (request.params?.['_meta'] as { readonly progressToken?: RequestId } | undefined)?.progressToken;
}
