import { type Finding, fault, unknown, warning, well } from './finding.ts';
import type { Watched } from './standing-stream.ts';
import type { Visit } from './visit.ts';

const NO_STREAM = 'there was no stream to watch';
const EVENT_STORE = 'Give the server an event store that its replicas share.';

/** Whether a cut standing stream can be resumed on another connection. */
export async function probeResume(visit: Visit, { isStream, firstId }: Watched): Promise<Finding> {
  if (!isStream) return unknown(NO_STREAM);
  if (firstId === undefined) {
    return warning('the stream began without an event id, so clients cannot resume it', EVENT_STORE);
  }
  const answer = await visit.listen({ 'last-event-id': firstId });
  answer.cut();
  const evidence = `a new connection with Last-Event-ID was answered by ${answer.status}`;
  return answer.status === 200 ? well(evidence) : fault(evidence, EVENT_STORE);
}

/** Whether `Last-Event-ID` reaches the server: it must not take one that it never gave. */
export async function probeEventIdHeader(visit: Visit, { isStream, firstId }: Watched): Promise<Finding> {
  if (!isStream) return unknown(NO_STREAM);
  if (firstId === undefined) return unknown('the server gives no event ids');
  if (visit.lost) return unknown('refusals of replicas without the session hide the answer');
  const { status, cut } = await visit.listen({ 'last-event-id': 'not-an-event-id' });
  cut();
  const evidence = `an event id that the server never gave was answered by ${status}`;
  if (status >= 400 && status < 500) return well(evidence);
  return warning(
    evidence,
    'Either the server ignores Last-Event-ID, or a proxy removes it. A client would miss events.',
  );
}

/** Whether something compresses streams, which holds events back in most proxies. */
export async function probeCompression(visit: Visit, { isStream }: Watched): Promise<Finding> {
  if (!isStream) return unknown(NO_STREAM);
  const answer = await visit.listen({ 'accept-encoding': 'gzip, br, zstd' });
  answer.cut();
  const coding = answer.headers['content-encoding'];
  if (coding === undefined) return well('a stream is not compressed');
  return warning(
    `a stream is compressed (${coding})`,
    'Exclude text/event-stream from compression: events wait in its buffer.',
  );
}
