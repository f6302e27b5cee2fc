import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { markRound } from '../../core/session/input-round.ts';
import type { InputRequired } from '../internals/input-rounds.ts';

interface Round {
  readonly round: number;
  readonly state: unknown;
  /** The keys of the questions that have not been sent yet. */
  readonly keys: string[];
}

/** The rounds of requests whose handlers have ended with `input_required`. The SDK sends the questions of a round in the order of their keys. */
export interface InputRounds {
  begin(run: number, asked: InputRequired): void;
  /** The request has ended. */
  end(run: number): void;
  /** The question with the mark of its round, if it has one. */
  mark(run: number, question: JsonRpcRequest): JsonRpcRequest;
}

export function createInputRounds(): InputRounds {
  const rounds = new Map<number, Round>();
  return {
    begin(run, { inputRequests, requestState }) {
      const round = (rounds.get(run)?.round ?? 0) + 1;
      rounds.set(run, { round, state: requestState, keys: Object.keys(inputRequests ?? {}) });
    },
    end(run) {
      if (rounds.size > 0) rounds.delete(run);
    },
    mark(run, question) {
      const { round, state, keys } = rounds.get(run) ?? { round: 0, state: undefined, keys: [] };
      const key = keys.shift();
      if (key === undefined) return question;
      return markRound(question, { round, key, ...(state === undefined ? {} : { state }) });
    },
  };
}
