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
const NO_SERVER = new Set([502, 504]);

/** Sorts what a client threw; `hasId`: it had been given an event id before. */
export function failureOf(thrown: unknown, hasId: boolean): Failure {
  const error = thrown as Thrown;
  const message = describe(error);
  return { kind: kindOf(error, message, hasId), message };
}

function kindOf(error: Thrown, message: string, hasId: boolean): FailureKind {
  const { reason, retry } = error.data ?? {};
  if (error.code === INTERNAL_ERROR && reason === 'pod_lost' && typeof retry === 'boolean') return 'pod_lost';
  const status = [error.code, error.status, error.data?.status].find((code) => typeof code === 'number' && code >= 100);
  if (status === 503 || reason === 'store_unavailable') return 'refused';
  if (hasId) return /timed out/i.test(message) || error instanceof StreamLost ? 'hung' : 'wrong';
  if (NO_SERVER.has(status as number) || BROKEN.test(message) || error instanceof StreamLost) return 'cut';
  return /timed out/i.test(message) ? 'hung' : 'wrong';
}

function describe({ message = '', cause, data }: Thrown): string {
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  return `${message}${because}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`.slice(0, 300);
}
