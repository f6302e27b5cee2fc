import type { Caller } from './caller.ts';
import { AnypodError } from './errors.ts';
import type { RequestEra } from './meter.ts';

/** A message of a client, as it arrived. */
export interface Received {
  /** The name that the client sent. */
  readonly method: string;
  readonly era: RequestEra;
  /** Parsed JSON. */
  readonly body: unknown;
  readonly caller: Caller;
}

/** What a pod does for a call, recorded from its beginning to its end. */
export interface Step {
  /** Where the step is in its trace, in a form that fits into names: see `placed`. Undefined: nobody records this trace. */
  readonly place: string | undefined;
  /** Runs `work` and what it starts within the step. The user's code finds the step as OpenTelemetry's active context. */
  run<T>(work: () => T): T;
  /**
   * Only the first call counts. `fault`: a short name of what went wrong, without anything that a client or a server said. `status`: the error status of HTTP
   * with which the request was answered.
   */
  end(fault?: string, status?: number): void;
}

/** A question to the client, and the session in which it is asked. */
export interface Asked {
  /** The id that the client sees. */
  readonly question: string;
  readonly session: string;
  /** Undefined: the session is not initialized yet. */
  readonly version: string | undefined;
}

/** The steps of calls that outlive a request, or belong to another one than the code that runs. */
export type StepName =
  | 'anypod.answer'
  | 'anypod.resume'
  | 'anypod.rerun'
  | 'anypod.parked'
  | 'anypod.wake'
  | 'anypod.task';

/**
 * Records what happens to calls on all pods. Absent: nobody traces, which costs nothing. The context of a trace goes from pod to pod in the names of
 * questions and streams, in mail, in tasks and in the state of parked calls.
 */
export interface Traces {
  /** Begins the step of a client's message. */
  receive(message: Received): Step;
  /** Begins the step of a request without a message, or one that is refused before its message is known. `began`: ms of `performance.now()`. */
  request(httpMethod: string, caller: Caller, began: number): Step;
  /**
   * Begins a step in the trace of `place`. `caller`: whose HTTP request is linked. Undefined: nobody records it. A step that runs the user's code exists
   * even then, because without one that code would begin a trace of its own, which may be recorded.
   */
  begin(name: StepName, place: string | undefined, caller?: Caller): Step | undefined;
  /** Begins the step of a question to the client, in the trace of the code that runs. `about` is asked only if somebody records it. */
  ask(method: string, about: () => Asked): Step | undefined;
  /** Begins the step of a store call. Undefined: the code that runs belongs to no step that is recorded and has not ended. */
  callStore(name: string): Step | undefined;
  /** The place of the code that runs. */
  here(): string | undefined;
  /** The trace of the code that runs, for the log: 32 hexadecimal digits. */
  id(): string | undefined;
}

const SEPARATOR = '~';
const PLACE = /^[0-9a-f]{32}-[0-9a-f]{16}$/;

/** A name that also says where its trace is. Pods of other builds see only a longer name. */
export function placed(name: string, place: string | undefined): string {
  return place === undefined ? name : name + SEPARATOR + place;
}

/** The place in a name. Undefined: it has none. Text of a client may come in. */
export function placeIn(name: string): string | undefined {
  const at = name.lastIndexOf(SEPARATOR);
  return at < 0 ? undefined : asPlace(name.slice(at + 1));
}

const DIGITS_OF_TRACE = 32;

/** The trace of a place, as `Traces.id` gives it. */
export function traceOf(place: string): string {
  return place.slice(0, DIGITS_OF_TRACE);
}

/** The trace in a name. Undefined: it has none. */
export function traceIn(name: string): string | undefined {
  const place = placeIn(name);
  return place === undefined ? undefined : traceOf(place);
}

/** Undefined: the value is no place. */
export function asPlace(value: unknown): string | undefined {
  return typeof value === 'string' && PLACE.test(value) ? value : undefined;
}

/** Does `work` as a step in the trace of `place`. Without a place or without traces it only does `work`. */
export async function inStep<T>(
  traces: Traces | undefined,
  name: StepName,
  place: string | undefined,
  work: () => Promise<T>,
  caller?: Caller,
): Promise<T> {
  const step = place === undefined ? undefined : traces?.begin(name, place, caller);
  return step === undefined ? work() : through(step, work);
}

/** Runs a call again that another pod has lost, as a step in the trace of the code that runs. */
export function rerunHere<T>(traces: Traces | undefined, work: () => Promise<T>): Promise<T> {
  return inStep(traces, 'anypod.rerun', traces?.here(), work);
}

/** Does `work` within a step, and ends the step with it. */
export async function through<T>(step: Step, work: () => Promise<T>): Promise<T> {
  try {
    const result = await step.run(work);
    step.end();
    return result;
  } catch (error) {
    step.end(faultOf(error));
    throw error;
  }
}

/** A name for the fault, without its message, which may contain what a client has sent. */
function faultOf(error: unknown): string {
  return error instanceof AnypodError ? error.code : 'error';
}
