import { connectV1 } from '../cluster/client-v1.ts';
import { connectMode, connectV2 } from '../cluster/client-v2.ts';
import type { Answers } from '../cluster/official-client.ts';
import { choosing } from '../lib/pod-choosing-fetch.ts';
import { type ChaosClient, connectWire, type WireOptions } from './wire-client.ts';

export interface ClientKind {
  readonly label: string;
  /** It has a session, a standing stream, and can come back to a broken stream. */
  readonly legacy: boolean;
  connect(options: WireOptions): Promise<ChaosClient>;
}

export const WIRE: ClientKind = { label: 'wire', legacy: true, connect: connectWire };
/** As clients that know nothing of event ids. */
export const WIRE_WITHOUT_RESUME: ClientKind = {
  label: 'wire without resume',
  legacy: true,
  connect: (options) => connectWire({ ...options, resume: false }),
};
export const V1: ClientKind = {
  label: 'v1',
  legacy: true,
  connect: ({ url, ...options }) => connectV1({ ...options, fetch: choosing([url], () => 0) }),
};
export const V2: ClientKind = {
  label: 'v2',
  legacy: true,
  connect: ({ url, ...options }) => connectV2({ ...options, fetch: choosing([url], () => 0) }),
};
/** The official client in the 2026-07-28 revision: every request stands alone. */
export const MODERN: ClientKind = {
  label: 'modern',
  legacy: false,
  connect: ({ url, ...options }) => connectMode({ pin: '2026-07-28' }, { ...options, fetch: choosing([url], () => 0) }),
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
