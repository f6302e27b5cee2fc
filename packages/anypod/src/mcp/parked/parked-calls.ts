import type { Deadline, Deadlines } from '../../core/deadlines.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
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
  /** What the state of its answer is bound to. */
  readonly binding: () => string;
  /** The request as the handler got it. */
  readonly body: JsonRpcRequest;
  /** The call may run again. */
  readonly rerunnable: boolean;
  /** Whose call it is, where calls of one caller are limited. */
  readonly quotaKey?: string | undefined;
}

/** Why a call cannot wait: too many calls of this pod wait, or too many of its caller. */
export type NoRoom = 'too_many_parked' | 'parked_limit';

/** Where a call waits. `kept` false: it does not wait. It must be ended, and runs again with the answers. */
export interface Place {
  readonly call: string;
  readonly requestState: string;
  readonly kept: boolean;
}

/** The parked calls of this pod. */
export interface ParkedCalls {
  /** Parks a call until its answers come. Returns why there is no room, if the call must not run again. */
  park(call: ParkedCall, facts: CallFacts, questions: AskedQuestions): Place | NoRoom;
  /** Takes a call that is to go on. Undefined: there is no such call. It has gone on, has ended, or has expired. */
  take(call: string): ParkedCall | undefined;
}

export interface ParkedCallsOptions {
  /** This pod. */
  readonly pod: string;
  /** The most calls that wait. */
  readonly limit: number;
  /** The most calls of one caller. 0: as many as of all. */
  readonly callerLimit: number;
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
  readonly quotaKey: string | undefined;
  readonly asked: readonly string[];
  readonly since: number;
  readonly step: Step | undefined;
}

/** Whose call waits, and where it is in its trace. */
interface WaitFacts {
  readonly quotaKey: string | undefined;
  readonly trace: string | undefined;
}

/** A call gets a new name each time it is parked, so a state that was used once wakes nothing. */
export function createParkedCalls(options: ParkedCallsOptions): ParkedCalls {
  const { pod, limit, callerLimit, deadlines, states, random, meter, traces } = options;
  const waiting = new Map<string, Waiting>();
  const ofCallers = new Map<string, number>();

  function wait(name: string, call: ParkedCall, { requests }: AskedQuestions, { quotaKey, trace }: WaitFacts): void {
    const step = traces?.begin('anypod.parked', trace);
    const late = () => {
      forget(name);
      step?.end('expired');
      call.expire();
    };
    const asked = Object.values(requests).map(({ method }) => method);
    const deadline = deadlines.add({ late });
    waiting.set(name, { call, deadline, quotaKey, asked, since: performance.now(), step });
    if (quotaKey !== undefined) ofCallers.set(quotaKey, (ofCallers.get(quotaKey) ?? 0) + 1);
  }

  function forget(name: string): Waiting | undefined {
    const found = waiting.get(name);
    if (found?.quotaKey !== undefined) {
      const others = (ofCallers.get(found.quotaKey) ?? 1) - 1;
      if (others > 0) ofCallers.set(found.quotaKey, others);
      else ofCallers.delete(found.quotaKey);
    }
    waiting.delete(name);
    return found;
  }

  function noRoom({ quotaKey = '' }: CallFacts): NoRoom | undefined {
    if (waiting.size >= limit) return 'too_many_parked';
    return callerLimit > 0 && (ofCallers.get(quotaKey) ?? 0) >= callerLimit ? 'parked_limit' : undefined;
  }

  return {
    park(call, facts, questions) {
      const full = noRoom(facts);
      if (full !== undefined && !facts.rerunnable) return full;
      const kept = full === undefined;
      const name = random();
      const trace = traces?.here();
      if (kept) wait(name, call, questions, { quotaKey: facts.quotaKey, trace });
      const memory = facts.rerunnable && memoryOf(facts, questions);
      const state = { pod, call: name, asked: questions.asked, ...memory, ...(trace !== undefined && { trace }) };
      return { call: name, requestState: states.seal(state, facts.binding(), facts.body), kept };
    },
    take(name) {
      const found = forget(name);
      if (found === undefined) return undefined;
      deadlines.remove(found.deadline);
      found.step?.end();
      for (const method of found.asked) meter.questionEnded(method, performance.now() - found.since);
      return found.call;
    },
  };
}

/** What another pod needs to run the call again. */
function memoryOf({ body }: CallFacts, { answers }: AskedQuestions): object {
  const { requestState, inputResponses } = body.params ?? {};
  const entry = {
    ...(requestState === undefined ? {} : { requestState }),
    ...(inputResponses === undefined ? {} : { inputResponses }),
  };
  return { given: answers, ...(Object.keys(entry).length === 0 ? {} : { entry }) };
}
