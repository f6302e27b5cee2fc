import type { Deadline, Deadlines } from '../../core/deadlines.ts';
import type { JsonRpcRequest } from '../../core/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';
import type { Meter } from '../../core/meter.ts';
import type { RandomId } from '../../core/signer.ts';
import type { Step, Traces } from '../../core/traces.ts';
import type { AskedQuestions } from './asked-questions.ts';
import type { ParkedStates } from './parked-state.ts';
import type { Round } from './round.ts';

/** A call whose handler waits for answers. */
export interface ParkedCall {
  /** Hands it the answers. Resolves when it has answered the round. */
  resume(round: Round, responses: unknown): Promise<void>;
  /** Nobody answers, or not in time: aborts the handler. */
  expire(): void;
}

/** What a call is known by. */
export interface CallFacts {
  readonly binding: string;
  /** The request as the handler got it. */
  readonly body: JsonRpcRequest;
  /** The call may run again. */
  readonly rerunnable: boolean;
}

/** Where a call waits. `kept` false: it does not wait. It must be ended, and runs again with the answers. */
export interface Place {
  readonly call: string;
  readonly requestState: string;
  readonly kept: boolean;
}

/** The parked calls of this pod. */
export interface ParkedCalls {
  /** Parks a call until its answers come. Undefined: there is no room, and it must not run again. */
  park(call: ParkedCall, facts: CallFacts, questions: AskedQuestions): Place | undefined;
  /** Takes a call that is to go on. Undefined: there is no such call. It has gone on, has ended, or has expired. */
  take(call: string): ParkedCall | undefined;
}

export interface ParkedCallsOptions {
  /** This pod. */
  readonly pod: string;
  /** The most calls that wait. */
  readonly limit: number;
  /** Ends calls that wait for too long. */
  readonly deadlines: Deadlines;
  readonly states: ParkedStates;
  readonly random: RandomId;
  readonly meter: Meter;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
}

interface Waiting {
  readonly call: ParkedCall;
  readonly deadline: Link<Deadline>;
  readonly asked: readonly string[];
  readonly since: number;
  readonly step: Step | undefined;
}

/** A call gets a new name each time it is parked, so a state that was used once wakes nothing. */
export function createParkedCalls(options: ParkedCallsOptions): ParkedCalls {
  const { pod, limit, deadlines, states, random, meter, traces } = options;
  const waiting = new Map<string, Waiting>();

  function wait(name: string, call: ParkedCall, { requests }: AskedQuestions, place: string | undefined): void {
    const step = traces?.begin('anypod.parked', place);
    const late = () => {
      waiting.delete(name);
      step?.end('expired');
      call.expire();
    };
    const asked = Object.values(requests).map(({ method }) => method);
    waiting.set(name, { call, deadline: deadlines.add({ late }), asked, since: performance.now(), step });
  }

  return {
    park(call, facts, questions) {
      const kept = waiting.size < limit;
      if (!kept && !facts.rerunnable) return undefined;
      const name = random();
      const trace = traces?.here();
      if (kept) wait(name, call, questions, trace);
      const memory = facts.rerunnable && memoryOf(facts, questions);
      const state = { pod, call: name, asked: questions.asked, ...memory, ...(trace !== undefined && { trace }) };
      return { call: name, requestState: states.seal(state, facts.binding, facts.body), kept };
    },
    take(name) {
      const found = waiting.get(name);
      if (found === undefined) return undefined;
      waiting.delete(name);
      deadlines.remove(found.deadline);
      found.step?.end();
      for (const method of found.asked) meter.questionEnded(method, performance.now() - found.since);
      return found.call;
    },
  };
}

/** What another pod needs to run the call again. */
function memoryOf({ body }: CallFacts, { given }: AskedQuestions): object {
  const { requestState, inputResponses } = body.params ?? {};
  const entry = {
    ...(requestState === undefined ? {} : { requestState }),
    ...(inputResponses === undefined ? {} : { inputResponses }),
  };
  return { given, ...(Object.keys(entry).length === 0 ? {} : { entry }) };
}
