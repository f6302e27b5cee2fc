import type { JsonRpcRequest, JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import { type Asked, hashOf, type KnownAnswers } from './parked-state.ts';

/** A question as an `input_required` result has it. */
interface InputRequest {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

interface Open {
  /** The id by which the server waits for the answer. */
  readonly id: RequestId;
  readonly hash: string;
  readonly request: InputRequest;
}

/**
 * The questions of one call. Each has a key by its place: the first question of a call is `1`. So a handler that runs again asks them under the same
 * keys, and gets the answers that it has got before, as long as it asks the same.
 */
export class AskedQuestions {
  readonly #open = new Map<string, Open>();
  #answers: KnownAnswers;
  #count = 0;

  constructor(answers: KnownAnswers = {}) {
    this.#answers = answers;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Notes a question. Returns the answer that an earlier run of the call has got. Undefined: the client must be asked. */
  ask({ id, method, params }: JsonRpcRequest): JsonRpcResponse | undefined {
    const key = String(++this.#count);
    const request = inputRequest(method, params);
    const hash = hashOf(request);
    const [asked, result] = this.#answers[key] ?? [];
    if (asked === hash) return { jsonrpc: '2.0', id, result: result as Record<string, unknown> };
    this.#open.set(key, { id, hash, request });
    return undefined;
  }

  /** The server no longer waits for an answer. */
  withdraw(id: unknown): void {
    for (const [key, open] of this.#open) if (open.id === id) this.#open.delete(key);
  }

  /** The open questions for an `input_required` result. */
  get requests(): Readonly<Record<string, InputRequest>> {
    return Object.fromEntries([...this.#open].map(([key, { request }]) => [key, request]));
  }

  get asked(): Asked {
    return Object.fromEntries([...this.#open].map(([key, { hash }]) => [key, hash]));
  }

  get answers(): KnownAnswers {
    return this.#answers;
  }

  /** Takes the client's answers, and returns those that the server waits for. Questions without a usable answer stay open. */
  take(responses: unknown): JsonRpcResponse[] {
    const got = answersTo(this.asked, responses);
    this.#answers = { ...this.#answers, ...got };
    return Object.entries(got).map(([key, [, result]]) => {
      const { id } = this.#open.get(key) as Open;
      this.#open.delete(key);
      return { jsonrpc: '2.0', id, result: result as Record<string, unknown> };
    });
  }
}

/** The usable answers to questions. An answer is the bare result. As in the SDK, the client is asked again for anything else. */
export function answersTo(asked: Asked, responses: unknown): KnownAnswers {
  if (!isObject(responses)) return {};
  const usable = Object.entries(asked).filter(([key]) => Object.hasOwn(responses, key) && isAnswer(responses[key]));
  return Object.fromEntries(usable.map(([key, hash]) => [key, [hash, responses[key]] as const]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAnswer(value: unknown): boolean {
  return isObject(value) && !('method' in value);
}

/** Leaves out what 2026-07-28 has no place for: progress of questions, and the id by which older revisions tell that a URL was visited. */
function inputRequest(method: string, params: JsonRpcRequest['params']): InputRequest {
  if (params === undefined) return { method };
  const { _meta, ...others } = params;
  const { progressToken: _, ...meta } = (_meta ?? {}) as Record<string, unknown>;
  if (others['mode'] === 'url') delete others['elicitationId'];
  // What the handler holds may change before the result is written.
  const kept = Object.keys(meta).length === 0 ? others : { ...others, _meta: meta };
  return JSON.parse(JSON.stringify({ method, params: kept })) as InputRequest;
}
