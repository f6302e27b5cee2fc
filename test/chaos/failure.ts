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
const STORE_AWAY = /Redis does not answer|initialize failed: 503/;
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

function kindOf(error: Thrown, message: string, { hasId, modern }: Way): FailureKind {
  const { reason, retry } = error.data ?? {};
  if (error.code === INTERNAL_ERROR && reason === 'pod_lost' && typeof retry === 'boolean') return 'pod_lost';
  const status = [error.code, error.status, error.data?.status].find((code) => typeof code === 'number' && code >= 100);
  if (status === 503 || reason === 'store_unavailable' || STORE_AWAY.test(message)) return 'refused';
  const isTimeout = /timed out/i.test(message);
  if (hasId) return isTimeout || error instanceof StreamLost ? 'hung' : 'wrong';
  if (NO_SERVER.has(status as number) || BROKEN.test(message) || error instanceof StreamLost) return 'cut';
  if (isTimeout) return modern ? 'cut' : 'hung';
  return 'wrong';
}

function describe({ message = '', cause, data }: Thrown): string {
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  return `${message}${because}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`.slice(0, 300);
}
