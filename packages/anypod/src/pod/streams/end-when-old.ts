import type { EventSink } from '../../core/reply.ts';
import { hasFirstEventId, type SessionRecord } from '../../core/session/session.ts';
import type { PodContext } from '../context/context.ts';
import { reconnectDelay } from './reconnect-delay.ts';

/**
 * Ends a stream that only waits once it is old. Its client resumes it on any pod. The client needs an event id for that. Before 2025-11-25 a stream
 * that has sent nothing has given no id, and messages in between would be lost. So such streams do not end.
 */
export function endWhenOld({ ageLimit, options }: PodContext, record: SessionRecord, sink: EventSink): void {
  if (!hasFirstEventId(record)) return;
  sink.onClose(ageLimit.watch(() => sink.end(reconnectDelay(options.retryMs))));
}
