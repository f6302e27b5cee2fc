import { nextTick } from 'node:process';
import { callFields } from '../../core/call-context.ts';
import type { Late } from '../../core/deadlines.ts';
import {
  isRequest,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { callTimedOut, serverClosed, tooManyParked, tooManyParkedOfCaller } from '../../core/json/rpc-error.ts';
import { writeMessage } from '../../core/json/written.ts';
import { VERSION_META_KEY } from '../../core/session/protocol-version.ts';
import type { AskableTransport } from '../internals/questions.ts';
import { CallQuestions } from '../parked/call-questions.ts';
import type { ParkedCall } from '../parked/parked-calls.ts';
import { heardIn, type Round } from '../parked/round.ts';
import { changeOfList } from '../sdk/list-changes.ts';
import { openToken } from '../sdk/progress-tokens.ts';
import { RunningCall } from '../sdk/running-calls.ts';
import { ServerTransport } from '../sdk/server-transport.ts';
import { announcedChange } from './announced-change.ts';
import { CurrentRound } from './current-round.ts';
import type { MessageExtra, ModernExchangeOptions, SdkTransport } from './modern-exchange-options.ts';
import { statusOf } from './modern-status.ts';

/**
 * What `handleMessage` returns to the SDK, because the exchange has answered the reply itself. The SDK passes it on and never looks at it. It is no real
 * response: with the first one Node loads its whole `fetch`, which takes 30 ms of a start and 12 MB.
 */
export const SERVED: Response = Object.freeze({ status: 200, body: null }) as Response;

/** The HTTP statuses of a call for which this pod has no room, and of one of a caller who has too many. */
const UNAVAILABLE = 503;
const TOO_MANY = 429;

/** The SDK ends a request within so many ticks after it has sent the response, even if a tick is only a microtask. */
const MOST_TICKS = 8;

/**
 * One call of 2026-07-28 and its answer. It replaces the SDK's own transport. The answer is plain JSON if the handler sends no message before its result,
 * and otherwise a stream. It writes directly to the reply, without web responses and web streams.
 *
 * If the handler asks the client, the answer is an `input_required` result, and the handler waits until the client calls again with its answers: the call
 * is parked. So a call has one round or more. Between two rounds nobody hears what it says.
 */
export class ModernExchange extends ServerTransport implements AskableTransport, Late, ParkedCall {
  readonly takesQuestions = true;
  /** The request's handler has ended, whether or not a client gets its result. */
  completed = false;
  readonly #options: ModernExchangeOptions;
  readonly #gone = () => this.#end();
  /** The round that begins the call, until it does. A parked call must not keep its connection. */
  #first: Round | undefined;
  /** The token for progress that the handler knows. */
  readonly #progressToken: unknown;
  readonly #current: CurrentRound;
  #roundEnded = Promise.withResolvers<Response>();
  #request: JsonRpcRequest | undefined;
  #call: RunningCall | undefined;
  /** The trace of the call. It is noted only if the call may take too long. */
  #trace: string | undefined;
  /** The notification that would announce a change of the requested list. */
  #ownChange: string | undefined;
  #id: RequestId | undefined;
  /** No handler has run yet, so errors come from the SDK. */
  #beforeHandler = false;
  #closed = false;
  /** The call has its answer. */
  #ending = false;
  #questions: CallQuestions | undefined;
  #pausing = false;
  /** The response of a handler that has ended while nobody waited for it. */
  #kept: JsonRpcResponse | undefined;
  /** Takes the answers to questions, if not the server itself does. */
  #takeAnswer: ((response: JsonRpcResponse) => void) | undefined;
  #onEnd: () => void = () => undefined;

  /** `first` is the round that begins the call. */
  constructor(first: Round, options: ModernExchangeOptions) {
    super(options.log);
    this.#first = first;
    this.#progressToken = first.progressToken;
    this.#options = options;
    this.#current = new CurrentRound(this, options.deadlines, this.#gone);
  }

  /** Replaces the transport that the SDK made for this request. */
  replace(transport: SdkTransport): void {
    transport.handleMessage = (message, extra) => this.serve(message, extra);
  }

  /** Hands the answers to questions to `take` instead of the server that is connected. */
  answersGoTo(take: ((response: JsonRpcResponse) => void) | undefined): void {
    this.#takeAnswer = take;
  }

  /** Whether the handler waits for answers. Calls `onEnd` when this ends for good. */
  isParked(onEnd: () => void): boolean {
    this.#onEnd = onEnd;
    return this.#request !== undefined && !this.#closed;
  }

  async send(message: JsonRpcMessage, options?: { readonly relatedRequestId?: RequestId }): Promise<void> {
    if (isResponse(message)) {
      const written = this.leave(message, this.#call);
      if (message.id === this.#id) this.#complete(written);
    } else if (isRequest(message)) {
      this.#ask(message, options?.relatedRequestId);
    } else if (message.method === 'notifications/cancelled') {
      this.#questions?.withdraw(message.params?.['requestId']);
    } else {
      await this.#notify(message, options?.relatedRequestId);
    }
  }

  async #notify(message: JsonRpcNotification, related: RequestId | undefined): Promise<void> {
    if (this.#isOfOwnList(message)) return;
    if (related === undefined) {
      const change = announcedChange(message);
      if (change !== undefined) this.#options.publish(change);
    } else {
      this.#requireRunning(related);
      // A client that accepts only JSON can get nothing but the response (MCP 2026-07-28, Streamable HTTP).
      const { round } = this.#current;
      if (round !== undefined && round.channel.form !== 'json') {
        const heard = heardIn(round, message, this.#progressToken);
        if (heard !== undefined) await round.channel.message(writeMessage(openToken(heard)));
      }
    }
  }

  /** Throws if the handler names an earlier request of this server, or this one after its answer. */
  #requireRunning(related: RequestId | undefined): void {
    if ((related === undefined || related === this.#id) && !this.#closed && !this.completed) return;
    throw new Error(`No connection established for request ID: ${String(related ?? this.#id)}`);
  }

  /** Whether a handler announces a change of the list that it is answering. */
  #isOfOwnList({ method }: JsonRpcNotification): boolean {
    if (method !== this.#ownChange || this.completed) return false;
    const { calls, id } = this.#options;
    const current = calls.current();
    return id === undefined || (current?.session === undefined && current?.id === id);
  }

  /** Notes a question of the handler. Throws if it cannot be asked. */
  #ask(question: JsonRpcRequest, related: RequestId | undefined): void {
    const { asking } = this.#options;
    this.#requireRunning(related);
    const current = this.#options.calls.current();
    const isAnother = related === undefined && current !== undefined && current !== this.#call;
    if (isAnother) throw new Error('In 2026-07-28 a server can ask its client only while it serves a request.');
    if (asking === undefined) throw new Error('This request has no client that could be asked.');
    this.#questions ??= new CallQuestions(asking);
    const known = this.#questions.ask(question);
    if (known === undefined) this.#pauseSoon();
    else queueMicrotask(() => this.#answerQuestion(known));
  }

  /** Questions that a handler asks at once go out together. */
  #pauseSoon(): void {
    if (this.#pausing || this.#current.round === undefined) return;
    this.#pausing = true;
    setImmediate(() => {
      this.#pausing = false;
      if (this.#current.round !== undefined && this.#questions?.areOpen === true) this.#pause(this.#questions);
    });
  }

  /** Answers the round with the open questions, and parks the call. */
  #pause(questions: CallQuestions): void {
    const place = questions.park(this);
    if (typeof place === 'string') {
      this.#options.limited(place);
      if (place === 'parked_limit') this.#answer(tooManyParkedOfCaller(null), TOO_MANY);
      else this.#answer(tooManyParked(null), UNAVAILABLE);
      this.#end();
      return;
    }
    this.#current.answer({ jsonrpc: '2.0', id: null, result: place.result }, 200);
    if (place.kept) this.#roundEnded.resolve(SERVED);
    else this.#end();
  }

  async resume(round: Round, responses: unknown): Promise<void> {
    this.#roundEnded = Promise.withResolvers<Response>();
    this.#current.enter(round, !this.#closed);
    if (this.#closed) {
      this.#current.answer(serverClosed(null), 200);
      return;
    }
    if (this.#kept !== undefined) this.#answer(this.#kept);
    for (const answer of this.#questions?.take(responses) ?? []) this.#answerQuestion(answer);
    this.#pauseSoon();
    await this.#roundEnded.promise;
  }

  expire(): void {
    this.#end();
  }

  #answerQuestion(answer: JsonRpcResponse): void {
    if (this.#closed) return;
    if (this.#takeAnswer === undefined) this.enterAnswer(answer);
    else this.#takeAnswer(answer);
  }

  /** The server has closed, or the SDK closes it because the pod leaves. In the second case the client already has its answer. */
  async close(): Promise<void> {
    this.#answer(serverClosed(null));
    this.#end();
  }

  /** The call has taken longer than it may: answers it with an error and aborts its handler. */
  late(): void {
    const { deadlines, log } = this.#options;
    const ms = deadlines?.afterMs ?? 0;
    const fields = this.#call === undefined ? {} : callFields(this.#call, undefined, this.#trace);
    log.warn({ ...fields, ms }, 'a call took longer than it may; its client got an error, and its handler is aborted');
    this.#answer(callTimedOut(null, ms));
    this.#end();
  }

  protected override ended(id: RequestId): void {
    if (id !== this.#id) return;
    if (!this.completed) this.#complete(this.failed(id, this.#call));
    else if (this.#ending) this.#end();
  }

  /** Ends the exchange and aborts a handler that still runs. Never throws, because events call it. */
  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#current.leave()?.channel.abandon();
    this.#questions?.end();
    try {
      this.closeServer();
    } catch (err) {
      this.#options.log.warn({ err }, 'a server failed while its request ended');
    }
    this.#roundEnded.resolve(SERVED);
    this.#onEnd();
  }

  /**
   * Ends the exchange when the SDK has ended the request, whose signal it would abort otherwise. The SDK does that before Node's next tick. Elsewhere a
   * tick may be shorter. If it does not, the handler has answered itself, and still runs.
   */
  #endSoon(ticks: number): void {
    this.#ending = true;
    nextTick(() => {
      const waits = ticks > 1 && this.#id !== undefined && this.runs(this.#id);
      if (waits) this.#endSoon(ticks - 1);
      else this.#end();
    });
  }

  /** Hands the server a message that is known to be right. Resolves when the round has ended. The server must be connected. */
  serve(message: JsonRpcMessage, extra: MessageExtra | undefined): Promise<Response> {
    const round = this.#first;
    this.#first = undefined;
    const revision = (message as JsonRpcRequest).params?.['_meta'] as Record<string, unknown> | undefined;
    const classified = { ...extra, classification: { era: 'modern', revision: revision?.[VERSION_META_KEY] } };
    if (round !== undefined && isRequest(message)) return this.#begin(round, message, classified);
    this.enter(message as JsonRpcNotification, classified);
    return Promise.resolve(new Response(null, { status: 202 }));
  }

  #begin(round: Round, message: JsonRpcRequest, extra: unknown): Promise<Response> {
    const { id, deadlines, traces } = this.#options;
    this.#request = message;
    this.#ownChange = changeOfList(message.method);
    this.#id = id ?? message.id;
    this.#current.enter(round, !this.#closed);
    if (this.#closed) return Promise.resolve(SERVED);
    const request = id === undefined ? message : { ...message, id };
    this.#call = new RunningCall(request);
    if (deadlines !== undefined) this.#trace = traces?.id();
    this.#enterAs(request, this.#call, extra);
    return this.#roundEnded.promise;
  }

  #enterAs(request: JsonRpcRequest, call: RunningCall, extra: unknown): void {
    this.#beforeHandler = true;
    try {
      this.#options.calls.run(call, () => this.enter(request, extra));
    } finally {
      this.#beforeHandler = false;
    }
  }

  #complete(message: JsonRpcResponse): void {
    this.completed = true;
    const response = this.#questions?.outcome(message) ?? message;
    if (this.#current.round === undefined && !this.#closed) this.#kept = response;
    else this.#answer(response);
  }

  /** Answers the last round of the call. */
  #answer(message: JsonRpcResponse, status = statusOf(message, this.#beforeHandler)): void {
    if (this.#current.round === undefined) return;
    this.#current.answer(this.#options.seal(message), status);
    this.#endSoon(MOST_TICKS);
  }
}
