import type { Fault } from './fault.ts';

/** Which revision of MCP a request follows; `unknown` where it was refused before that was clear. */
export type RequestEra = 'legacy' | 'modern' | 'unknown';

/**
 * How a request ended, as its client sees it: with a result; with a JSON-RPC error in an answer of status 200; refused for a fault of its own (4xx);
 * turned away for now (503); by a fault of ours (other 5xx); without an answer, since the client gave it up; or left to another pod.
 */
export type RequestOutcome = 'ok' | 'rpc_error' | 'refused' | 'unavailable' | 'failed' | 'cancelled' | 'left';

/** What a stream carries: the answer to a request, a session's standing stream, or a `subscriptions/listen`. */
export type StreamKind = 'request' | 'standing' | 'listen';

/** Why a session ended: its client deleted it, or its server closed. One that expires does so in the store, where no pod sees it. */
export type SessionEnd = 'deleted' | 'server_closed';

/**
 * What a GET with an event id got: a request that still ran; the rest of one that had ended; the word that nothing is left; an error, since the log
 * is gone; the standing stream from where it was; or a refusal, since the id or the session is unknown.
 */
export type ResumeOutcome = 'live' | 'replayed' | 'finished' | 'expired' | 'standing' | 'refused';

/** What became of a lost pod's exchange: run again, answered with `pod_lost`, or nothing of it was left to answer. */
export type OrphanOutcome = 'rerun' | 'refused' | 'finished';

/** `announced`: not ready any more, but serving as usual. */
export type PodPhase = 'serving' | 'announced' | 'draining' | 'closing';

/** What a pod's operator wants to count. Methods cost next to nothing and never throw. */
export interface Meter {
  /** A request arrived; `requestEnded` is called for it once. */
  requestBegan(): void;
  /** `method` as the client named it, so it may be anything. */
  requestEnded(method: string, era: RequestEra, outcome: RequestOutcome, ms: number): void;
  /** `streamClosed` is called for it once. */
  streamOpened(kind: StreamKind): void;
  streamClosed(kind: StreamKind): void;
  sessionCreated(): void;
  sessionEnded(reason: SessionEnd): void;
  resumed(outcome: ResumeOutcome): void;
  orphanEnded(outcome: OrphanOutcome): void;
  /** The server's code did to the process what concerns others. */
  fault(fault: Fault): void;
  /** The event loop stood still. */
  loopBlocked(ms: number): void;
  phase(phase: PodPhase): void;
  /** Nothing happens any more. */
  close(): void;
}

/** Counts nothing. */
export const silentMeter: Meter = {
  requestBegan: () => undefined,
  requestEnded: () => undefined,
  streamOpened: () => undefined,
  streamClosed: () => undefined,
  sessionCreated: () => undefined,
  sessionEnded: () => undefined,
  resumed: () => undefined,
  orphanEnded: () => undefined,
  fault: () => undefined,
  loopBlocked: () => undefined,
  phase: () => undefined,
  close: () => undefined,
};

/** One request on its way: whoever learns how it ends says so. */
export interface RequestWatch {
  /** A JSON-RPC response goes out for it, maybe an error. */
  answered(isError: boolean): void;
  /** It is over; only the first word counts, and what else went well is `rpc_error` where an error was answered. */
  ended(outcome: RequestOutcome): void;
  /** A stream to its client is open; the result is called when that has ended. */
  streams(kind: StreamKind): () => void;
}

/** Tells nobody. */
export const silentWatch: RequestWatch = {
  answered: () => undefined,
  ended: () => undefined,
  streams: () => () => undefined,
};
