import { setTimeout as delay } from 'node:timers/promises';

/** Sends requests to one endpoint. */
export interface Endpoint {
  /**
   * Sends a request. Sends it again with growing waits, at most for the client's patience, while the endpoint certainly did not take it, and if it is safe
   * also while nobody knows. `Retry-After` (RFC 9110 §10.2.3) makes a wait longer. Then returns the last answer, or throws the last error.
   */
  send(init: RequestInit, care: Care): Promise<Response>;
}

export interface Care {
  /** Whether the request may be sent again although it may have had its effect. */
  readonly safe: boolean;
  /** Whether its answer begins soon. If not even that comes within `silenceMs`, its connection is lost, as one that a NAT has forgotten. */
  readonly prompt: boolean | GiveUp;
}

/** Asked when an answer has not begun in time: whether the request may be sent again, because the server then goes on with what it does. */
export type GiveUp = () => Promise<boolean>;

/** What asks for something and is answered at once. */
export const ASKS: Care = { safe: true, prompt: true };

export interface EndpointOptions {
  readonly url: URL;
  readonly fetch: typeof globalThis.fetch;
  /** ms */
  readonly patienceMs: number;
  /** ms */
  readonly silenceMs: number;
}

/** The connection was never made, so nothing was sent. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

export function createEndpoint({ url, fetch, patienceMs, silenceMs }: EndpointOptions): Endpoint {
  /** One attempt: the answer, or the error, and how long to wait if there may be another attempt. */
  async function attempt(
    init: RequestInit,
    { safe, prompt }: Care,
  ): Promise<{ readonly end: () => Response; readonly waitMs?: number }> {
    try {
      const answer = await (prompt === false ? fetch(url, init) : fetchWithin(fetch, url, init, silenceMs, prompt));
      return { end: () => answer, ...(mayRepeat(answer, safe) && { waitMs: retryAfter(answer) }) };
    } catch (error) {
      const end = () => {
        throw error;
      };
      const asked = typeof prompt === 'function' && error instanceof TooLate;
      const again = !init.signal?.aborted && (safe || asked || wasNotTaken(error));
      return { end, ...(again && { waitMs: 0 }) };
    }
  }

  return {
    async send(init, care) {
      const until = performance.now() + patienceMs;
      for (const waits = growingWaits(); ; ) {
        const { end, waitMs } = await attempt(init, care);
        const wait = Math.max(waits.next().value, waitMs ?? 0);
        if (waitMs === undefined || performance.now() + wait > until) return end();
        await delay(wait, undefined, { ...(init.signal && { signal: init.signal }) });
      }
    },
  };
}

/** No answer has begun in time. */
class TooLate extends Error {}

/** Gives up a request whose answer has not begun in time. Then its body may take as long as it likes. */
async function fetchWithin(
  fetch: typeof globalThis.fetch,
  url: URL,
  init: RequestInit,
  ms: number,
  prompt: true | GiveUp,
): Promise<Response> {
  const late = new AbortController();
  const giveUp = async () => {
    if (prompt === true || (await prompt())) late.abort(new TooLate(`No answer began within ${ms} ms.`));
  };
  const timer = setTimeout(() => void giveUp().catch(() => undefined), ms);
  try {
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal;
    return await fetch(url, { ...init, signal });
  } finally {
    clearTimeout(timer);
  }
}

const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 5000;

/** Waits that grow, each a little different, so that clients which were cut together do not come back together, ms. */
export function* growingWaits(first: number = FIRST_WAIT_MS): Generator<number, never> {
  for (let wait = first; ; wait = Math.min(2 * wait, MOST_WAIT_MS)) yield wait * (0.75 + 0.25 * Math.random());
}

/** With `Retry-After`, 429 and 503 say that the request was not taken. Without it, 429 is a limit that waiting does not change, and a proxy may have passed on what it answers with 503. */
function mayRepeat({ status, headers }: Response, safe: boolean): boolean {
  const notTaken = (status === 429 || status === 503) && headers.has('retry-after');
  // What proxies answer when a request did not get through, or may not have.
  return notTaken || (safe && status >= 502 && status <= 504);
}

/** Whether a failed request certainly had no effect. */
export function wasNotTaken(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: string } };
  return NOT_CONNECTED.includes(cause?.code ?? '');
}

/** What the answer asks for, ms: seconds, or a date. */
function retryAfter({ headers }: Response): number {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? 0 : ms;
}
