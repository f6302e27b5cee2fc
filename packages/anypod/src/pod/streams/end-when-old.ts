import { hasPrimingEvents } from '../../core/protocol-version.ts';
import type { EventSink } from '../../core/reply.ts';
import type { PodContext } from '../context/context.ts';
import { reconnectDelay } from './reconnect-delay.ts';

/**
 * Ends a stream that merely waits once it is old, to be taken up on any pod. Only where the client surely has an event id to come back with:
 * before 2025-11-25 a stream that has carried nothing yet has given none, and what comes meanwhile would be lost.
 */
export function endWhenOld({ ageLimit, options }: PodContext, protocolVersion: string, sink: EventSink): void {
  if (!hasPrimingEvents(protocolVersion)) return;
  sink.onClose(ageLimit.watch(() => sink.end(reconnectDelay(options.retryMs))));
}
