import type { Failure, FailureKind } from './records.ts';
import { StreamLost } from './resuming-stream.ts';

/** What the errors of all clients have in some form. */
interface Thrown {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly message?: string;
  readonly data?: { readonly reason?: unknown; readonly retry?: unknown; readonly status?: unknown };
  readonly cause?: unknown;
}

const INTERNAL_ERROR = -32603;
const BROKEN = /fetch failed|ECONNRE|terminated|socket|other side closed|network error|aborted/i;
const STORE_AWAY = /Redis does not answer/;
const TIMED_OUT = /timed out/i;
const NO_SERVER = new Set([502, 504]);

/** How a client could have got its answer by another way than the one that broke. */
export interface Way {
  /** The client had an event id to come back with. */
  readonly hasId: boolean;
  /** A client of the modern era says nothing of a broken connection and waits for its time limit. */
  readonly modern: boolean;
}

/** Sorts what a client threw. */
export function failureOf(thrown: unknown, way: Way): Failure {
  const error = thrown as Thrown;
  const message = describe(error);
  return { kind: kindOf(error, message, way), message };
}

/** Sorts a result that is not the expected one. What a tool is refused by the store, it reports as its own error. */
export function failureOfResult(text: string, expected: string): Failure {
  return { kind: STORE_AWAY.test(text) ? 'refused' : 'wrong', message: `${text} instead of ${expected}` };
}

function kindOf(error: Thrown, message: string, way: Way): FailureKind {
  const { reason, retry } = error.data ?? {};
  if (error.code === INTERNAL_ERROR && reason === 'pod_lost' && typeof retry === 'boolean') return 'pod_lost';
  if (error.code === INTERNAL_ERROR && reason === 'draining') return 'draining';
  const status = statusOf(error, message);
  if (status === 503 || reason === 'store_unavailable' || STORE_AWAY.test(message)) return 'refused';
  const isBroken = NO_SERVER.has(status) || BROKEN.test(message) || error instanceof StreamLost;
  return isBroken || TIMED_OUT.test(message) ? kindOfSilence(error, message, way) : 'wrong';
}

/** No answer came: that is nobody's fault only where the client had no way back. */
function kindOfSilence(error: Thrown, message: string, { hasId, modern }: Way): FailureKind {
  if (TIMED_OUT.test(message)) return modern ? 'cut' : 'hung';
  if (!hasId) return 'cut';
  return error instanceof StreamLost ? 'hung' : 'wrong';
}

/** The HTTP status, where the client tells it; the plain one says it in words. */
function statusOf({ code, status, data }: Thrown, message: string): number {
  const said = /initialize failed: (\d{3})/.exec(message)?.[1];
  return Number([code, status, data?.status].find((one) => typeof one === 'number' && one >= 100) ?? said ?? 0);
}

function describe({ message = '', cause, data }: Thrown): string {
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  return `${message}${because}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`.slice(0, 300);
}
