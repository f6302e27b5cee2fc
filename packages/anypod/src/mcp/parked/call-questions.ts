import { ENCODED, type JsonRpcError, type JsonRpcRequest, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { missingCapability } from '../../core/json/rpc-error.ts';
import { writeMessage } from '../../core/json/written.ts';
import { capabilityFor, declares } from '../sdk/client-capabilities.ts';
import { AskedQuestions } from './asked-questions.ts';
import type { CallFacts, NoRoom, ParkedCall, ParkedCalls, Place } from './parked-calls.ts';
import type { KnownAnswers } from './parked-state.ts';

/** What a call needs to ask its client. */
export interface Asking extends CallFacts {
  readonly parked: ParkedCalls;
  /** The answers that an earlier run of this call has got. */
  readonly answers?: KnownAnswers | undefined;
}

/** The requests whose results may ask the client (MCP 2026-07-28, multi round-trip requests). */
const MAY_ASK = new Set(['tools/call', 'prompts/get', 'resources/read']);

const CAPABILITIES_META_KEY = 'io.modelcontextprotocol/clientCapabilities';

/** What one call asks its client. */
export class CallQuestions {
  readonly #asking: Asking;
  readonly #asked: AskedQuestions;
  /** The name under which the call was parked last. */
  #parkedAs: string | undefined;
  /** What the client would have to declare for the questions that were refused. */
  #lacking: JsonRpcError | undefined;

  constructor(asking: Asking) {
    this.#asking = asking;
    this.#asked = new AskedQuestions(asking.answers);
  }

  /** Whether questions wait for answers. */
  get areOpen(): boolean {
    return !this.#asked.isEmpty;
  }

  /** Notes a question. Returns the answer that an earlier run of the call has got. Throws to the handler if the client cannot be asked. */
  ask(question: JsonRpcRequest): JsonRpcResponse | undefined {
    const { body } = this.#asking;
    const required = capabilityFor(question);
    if (required === undefined) throw new Error(`2026-07-28 has no request ${question.method} to the client.`);
    if (!MAY_ASK.has(body.method)) throw new Error(`A handler of ${body.method} cannot ask the client in 2026-07-28.`);
    const meta = body.params?.['_meta'] as Record<string, unknown> | undefined;
    if (!declares(meta?.[CAPABILITIES_META_KEY], required)) {
      this.#lacking = missingCapability(`send ${question.method} to the client`, required);
      throw Object.assign(new Error(this.#lacking.message), this.#lacking);
    }
    writeMessage(question);
    return this.#asked.ask(question);
  }

  /** The server no longer waits for the answer to one of its requests. */
  withdraw(id: unknown): void {
    this.#asked.withdraw(id);
  }

  /** Takes the client's answers, and returns those that the server waits for. */
  take(responses: unknown): JsonRpcResponse[] {
    return this.#asked.take(responses);
  }

  /** Parks the call. Returns the result that asks the open questions, or why there is no room. */
  park(call: ParkedCall): (Pick<Place, 'kept'> & { readonly result: Record<string, unknown> }) | NoRoom {
    const { requests } = this.#asked;
    const place = this.#asking.parked.park(call, this.#asking, this.#asked);
    if (typeof place === 'string') return place;
    const { kept, requestState } = place;
    this.#parkedAs = place.call;
    return { kept, result: { resultType: 'input_required', inputRequests: requests, requestState } };
  }

  /** The call has ended, so it waits for nothing. */
  end(): void {
    if (this.#parkedAs !== undefined) this.#asking.parked.take(this.#parkedAs);
  }

  /**
   * The response as it goes out. If the call has failed because the client could not be asked, this is the error that says so. A handler that can do
   * without the answer has not failed.
   */
  outcome(response: JsonRpcResponse): JsonRpcResponse {
    const { error, result, id, [ENCODED]: text = '' } = response;
    const failed = error !== undefined || result?.['isError'] === true;
    if (this.#lacking === undefined || !failed || !text.includes(this.#lacking.message)) return response;
    return { jsonrpc: '2.0', id, error: this.#lacking };
  }
}
