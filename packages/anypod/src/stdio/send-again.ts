import { setTimeout as delay } from 'node:timers/promises';

/** Runs `send`, again and again while the endpoint certainly did not take the message. */
export type SendAgain = (send: () => Promise<void>) => Promise<void>;

const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 5000;

/** The connection was never made, so nothing was sent. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Repeats with growing waits for up to `patienceMs`. Other failures are passed on, since a call may have run. */
export function createSendAgain(patienceMs: number): SendAgain {
  return async (send) => {
    const until = performance.now() + patienceMs;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MOST_WAIT_MS)) {
      try {
        return await send();
      } catch (error) {
        if (!wasNotTaken(error) || performance.now() + wait > until) throw error;
      }
      await delay(wait);
    }
  };
}

function wasNotTaken(error: unknown): boolean {
  const { cause, data } = error as {
    readonly cause?: { readonly code?: string };
    readonly data?: { readonly status?: number; readonly text?: string };
  };
  if (cause?.code !== undefined) return NOT_CONNECTED.includes(cause.code);
  return data?.status === 429 || (data?.status === 503 && data.text?.includes('"reason":"starting"') === true);
}
