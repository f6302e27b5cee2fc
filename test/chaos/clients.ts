import { connectV1 } from '../cluster/client-v1.ts';
import { connectMode, connectV2 } from '../cluster/client-v2.ts';
import type { Answers } from '../cluster/official-client.ts';
import { choosing, type FetchLike, isAnswer } from '../lib/pod-choosing-fetch.ts';
import { type ChaosClient, connectWire, type WireOptions } from './wire-client.ts';

export interface ClientKind {
  readonly label: string;
  /** It has a session, a standing stream, and can come back to a broken stream. */
  readonly legacy: boolean;
  /** It has a session and listens, and makes no calls but now and then an announcement to itself. */
  readonly onlyListens?: boolean;
  /** False: it never comes back to a broken stream. */
  readonly resumes?: false;
  connect(options: WireOptions): Promise<ChaosClient>;
}

export const WIRE: ClientKind = { label: 'wire', legacy: true, connect: connectWire };
/** As clients that know nothing of event ids. */
export const WIRE_WITHOUT_RESUME: ClientKind = {
  label: 'wire without resume',
  legacy: true,
  resumes: false,
  connect: (options) => connectWire({ ...options, resume: false }),
};
/** One of the many that are connected and silent. */
export const LISTENER: ClientKind = { label: 'listener', legacy: true, onlyListens: true, connect: connectWire };
export const V1: ClientKind = {
  label: 'v1',
  legacy: true,
  connect: (options) => connectV1({ ...options, fetch: fetchOf(options) }),
};
export const V2: ClientKind = {
  label: 'v2',
  legacy: true,
  connect: (options) => connectV2({ ...options, fetch: fetchOf(options) }),
};
/** The official client in the 2026-07-28 revision: every request stands alone. */
export const MODERN: ClientKind = {
  label: 'modern',
  legacy: false,
  connect: (options) => connectMode({ pin: '2026-07-28' }, { ...options, fetch: fetchOf(options) }),
};

/** Answers every question after a while, so that questions are open whatever happens. */
export function answersAfter(wait: () => Promise<unknown>, name: string): Answers {
  return {
    async elicitation() {
      await wait();
      return { action: 'accept', content: { name } };
    },
  };
}

/** Sends everything to the one address, and notices answers that do not arrive. */
function fetchOf({ url, onAnswerLost, beforeRequest }: WireOptions): FetchLike {
  const send = choosing([url], () => 0);
  return async (address, init) => {
    await beforeRequest?.();
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    if (!isAnswer({ method: 'POST', headers: new Headers(), body })) return send(address, init);
    try {
      const response = await send(address, init);
      if (!response.ok) onAnswerLost?.();
      return response;
    } catch (error) {
      onAnswerLost?.();
      throw error;
    }
  };
}
