import type { Fault } from './fault.ts';
import type { LimitReason } from './limited.ts';
import type { RefusalReason } from './refused.ts';

/** The era of the revision that a request follows. `unknown`: the request was refused before anypod knew. */
export type RequestEra = 'legacy' | 'modern' | 'unknown';

/**
 * How a request ended, as its client sees it.
 *
 * `ok`: with a result. `rpc_error`: with a JSON-RPC error and status 200. `refused`: 4xx, a fault of the request. `unavailable`: 503, for now.
 * `failed`: another 5xx, a fault of ours. `cancelled`: without an answer, because the client gave it up. `left`: to another pod.
 */
export type RequestOutcome = 'ok' | 'rpc_error' | 'refused' | 'unavailable' | 'failed' | 'cancelled' | 'left';

/** What a stream carries: the answer to a request, a session's standing stream, or a `subscriptions/listen`. */
export type StreamKind = 'request' | 'standing' | 'listen';

/**
 * Why a session ended: its client deleted it, or its server closed. Sessions that expire are not counted: they expire in
 * the store, where no pod sees it.
 */
export type SessionEnd = 'deleted' | 'server_closed';

/**
 * What a GET with an event id got.
 *
 * `live`: a request that still ran. `replayed`: the rest of a request that had ended. `finished`: the notice that nothing is left. `expired`: an
 * error, since the log is gone. `standing`: the standing stream from where it was. `refused`: a refusal, since the id or the session is unknown.
 */
export type ResumeOutcome = 'live' | 'replayed' | 'finished' | 'expired' | 'standing' | 'refused';

/** What happened to a lost pod's exchange. `rerun`: it runs again. `refused`: its client gets `pod_lost`. `finished`: nothing was left to answer. */
export type OrphanOutcome = 'rerun' | 'refused' | 'finished';

/**
 * Why other pods do not have a change of a server's registry. `added`: an item with new code. `code`: other code of an item. `size`: the session's changes
 * would take too many bytes.
 */
export type Unfollowed = 'added' | 'code' | 'size';

/**
 * What happened to a task, on the pod that did it.
 *
 * `queued`: a call was stored as a task that waits for a pod. `handed_back`: a running call became a task. `started`: this pod took a task from the queue.
 * `input_required`: it asks its client. `answered`: its last question got an answer. `completed`, `tool_error` (a result that says `isError`), `failed`
 * (a JSON-RPC error) and `cancelled`: it has ended. `requeued`: its pod was lost, and it runs again.
 */
export type TaskEvent =
  | 'queued'
  | 'handed_back'
  | 'started'
  | 'input_required'
  | 'answered'
  | 'completed'
  | 'tool_error'
  | 'failed'
  | 'cancelled'
  | 'requeued';

/** The tasks of now. They are read when somebody collects the metrics. */
export interface TaskGauges {
  /** Tasks whose handlers are on this pod. */
  running(): number;
  /** Tasks that wait for a pod, of all pods. Rejects if the store is away. */
  queued(): Promise<number>;
}

/** How long mail of other pods takes to this one. It is read when somebody collects the metrics. */
export interface InboxGauge {
  /** Of the last mail that is known, or the age of one that waits. */
  delayMs(): number;
}

/** `announced`: the pod is no longer ready, but still serves as usual. */
export type PodPhase = 'serving' | 'announced' | 'draining' | 'closing';

/** Counts what a pod's operator wants to know. Its methods cost next to nothing and never throw. */
export interface Meter {
  /** A request arrived. `requestEnded` follows exactly once. */
  requestBegan(): void;
  /** `method` is what the client sent, so it may be any text. `name`: the tool or prompt that it named, so it may be any text too. `fault`: see `faultOf`. */
  requestEnded(
    method: string,
    era: RequestEra,
    outcome: RequestOutcome,
    ms: number,
    name?: string,
    fault?: string,
  ): void;
  /** The server has these tools, so calls of them may be counted by name. */
  toolsKnown(names: readonly string[]): void;
  /** A question of this pod has an answer, or is withdrawn. `method` is what the server sent. `fault`: see `faultOf`. */
  questionEnded(method: string, ms: number, fault?: string): void;
  /** A stream opened. `streamClosed` follows exactly once. */
  streamOpened(kind: StreamKind): void;
  streamClosed(kind: StreamKind): void;
  sessionCreated(): void;
  /** `ms`: how long the session lasted. */
  sessionEnded(reason: SessionEnd, ms: number): void;
  resumed(outcome: ResumeOutcome): void;
  orphanEnded(outcome: OrphanOutcome): void;
  /** The server's code did something to the process that affects other sessions. */
  fault(fault: Fault): void;
  /** The server's code has changed its registry in a way that other pods cannot follow. */
  unfollowed(why: Unfollowed): void;
  /** The event loop was blocked for this long. */
  loopBlocked(ms: number): void;
  phase(phase: PodPhase): void;
  /** Says the name that the store has for this pod. */
  named(pod: string): void;
  /** A limit has refused a request. */
  limited(reason: LimitReason): void;
  /** A request was answered with this HTTP status of 400 or more. */
  refused(status: number, reason: RefusalReason): void;
  task(event: TaskEvent): void;
  /** Says where to read the tasks of now. */
  watchTasks(gauges: TaskGauges): void;
  /** Says where to read how long mail takes. */
  watchInbox(gauge: InboxGauge): void;
  /** Nothing more will be counted. */
  close(): void;
}

/** Counts nothing. */
export const silentMeter: Meter = {
  requestBegan: () => undefined,
  requestEnded: () => undefined,
  toolsKnown: () => undefined,
  questionEnded: () => undefined,
  streamOpened: () => undefined,
  streamClosed: () => undefined,
  sessionCreated: () => undefined,
  sessionEnded: () => undefined,
  resumed: () => undefined,
  orphanEnded: () => undefined,
  fault: () => undefined,
  unfollowed: () => undefined,
  loopBlocked: () => undefined,
  phase: () => undefined,
  named: () => undefined,
  limited: () => undefined,
  refused: () => undefined,
  task: () => undefined,
  watchTasks: () => undefined,
  watchInbox: () => undefined,
  close: () => undefined,
};

/** One request in progress. The code that learns how it ends reports it here. */
export interface RequestWatch {
  /** A JSON-RPC response is sent for the request; it may be an error. `fault`: see `faultOf`. */
  answered(isError: boolean, fault?: string): void;
  /** The request has ended. Only the first report counts. If an error was answered, `ok` counts as `rpc_error`. */
  ended(outcome: RequestOutcome): void;
  /** The request has ended with an error status of HTTP, in a response that the reply only passes on. `detail`: what the response says. */
  refused(status: number, detail?: string): void;
  /** Serving the request has failed. Its client gets an answer next. */
  failed(error: unknown): void;
  /** A stream to the client has opened. Call the returned function when the stream has ended. */
  streams(kind: StreamKind): () => void;
}

/** Reports to nobody. */
export const silentWatch: RequestWatch = {
  answered: () => undefined,
  ended: () => undefined,
  refused: () => undefined,
  failed: () => undefined,
  streams: () => () => undefined,
};
