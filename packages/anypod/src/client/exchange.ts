import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import { type ClientCall, type ClientContext, headersNow, jsonResponse, sendInSession } from './context.ts';
import { ASKS, type GiveUp, growingWaits, wasNotTaken } from './endpoint.ts';
import { answersOf, isStream, responseTo, type StreamEvent, streamOf } from './events.ts';
import { isFinal, type Loss, lostCall, refusedCall } from './outcomes.ts';
import { tokenOf, translateProgress } from './progress.ts';
import { SESSION_HEADER } from './saved-session.ts';
import { asksForTask, settleTask, taskAnswered, taskIn } from './tasks.ts';

/** How often a call is sent again whose fate is unknown. A call that ends each pod that runs it must not do so for long. */
const MOST_REPEATS = 8;

/** One request of the client until its response, over as many connections as that takes. */
export class Exchange {
  readonly #context: ClientContext;
  readonly #call: ClientCall;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  #sentId: RequestId;
  #sentToken: RequestId | undefined;
  #headers: Headers;
  #eventId: string | undefined;
  #retryMs: number | undefined;
  #waits = growingWaits();
  #heard = performance.now();
  #repeats = 0;
  #ended = false;

  constructor(context: ClientContext, call: ClientCall) {
    const { saved } = call.step;
    const { signal } = call.init;
    this.#context = context;
    this.#call = call;
    this.#headers = call.headers;
    this.#signal = signal ? AbortSignal.any([signal, this.#ending.signal]) : this.#ending.signal;
    this.#eventId = saved?.eventId;
    this.#sentId = saved?.eventId === undefined ? call.request.id : saved.sentId;
    this.#sentToken = saved?.eventId === undefined ? tokenOf(call) : saved.sentToken;
  }

  /** The id under which the server knows the request. */
  get sentId(): RequestId {
    return this.#sentId;
  }

  /** The answer for the client. Rejects if the endpoint cannot be reached and took nothing. */
  async answer(): Promise<Response> {
    const { request, step } = this.#call;
    const { saved } = step;
    if (saved?.response !== undefined) {
      this.#done();
      return jsonResponse({ ...saved.response, id: request.id });
    }
    const task =
      taskAnswered(this.#call) ?? (saved?.taskId === undefined ? undefined : { taskId: saved.taskId, answered: [] });
    if (task !== undefined) return this.#stream(this.#settle(task));
    if (saved !== undefined) return this.#stream(this.#events(undefined));
    return this.#first();
  }

  /** The client has cancelled the request. Its effect is unknown from now on, so what is kept of its step stays, without a position. */
  cancel(): void {
    this.#ending.abort();
  }

  /** Goes on with an answer that the client itself has fetched, because the server wanted other credentials. */
  continueWith(source: Response, headers: Headers): Response {
    this.#headers = headers;
    return this.#stream(this.#events(source));
  }

  async #first(): Promise<Response> {
    let first: Response;
    await this.#begin();
    try {
      // Calls of tools are judged when there is doubt: that needs a question to the server.
      first = await this.#post(this.#call.request.method !== 'tools/call' && (await this.#isSafe()));
    } catch (error) {
      if (!this.#signal.aborted && !wasNotTaken(error)) return this.#stream(this.#events(undefined));
      await this.#undone();
      throw error;
    }
    if (!first.ok) {
      await this.#undone();
      return first;
    }
    if (isStream(first)) return this.#stream(this.#events(first));
    return this.#json(first);
  }

  /** A short answer stays JSON, unless it is lost on the way or there is more to come. */
  async #json(first: Response): Promise<Response> {
    const { headers, status } = first;
    const text = await first.text().catch(() => undefined);
    if (text === undefined) return this.#stream(this.#events(undefined));
    const whole = new Response(text, { status, headers });
    const response = responseTo(this.#sentId, text);
    if (response === undefined || taskIn(response) !== undefined) return this.#stream(this.#events(whole));
    await this.#keep(response);
    this.#done();
    return whole;
  }

  #stream(events: AsyncGenerator<StreamEvent>): Response {
    const { id } = this.#context.session;
    const headers = {
      'content-type': 'text/event-stream',
      ...(id !== undefined && !this.#call.modern && { [SESSION_HEADER]: id }),
    };
    const body = streamOf(this.#answered(events), () => this.#ending.abort());
    return new Response(body, { headers });
  }

  /** Every stream ends with a response, because the clients of both SDKs wait for one until their own timeout. */
  async *#answered(events: AsyncGenerator<StreamEvent>): AsyncGenerator<StreamEvent> {
    const { id } = this.#call.request;
    try {
      yield* events;
    } catch (error) {
      if (error instanceof NeedsCredentials || this.#call.init.signal?.aborted) throw error;
      const cancelled = rpcError(id, RPC.refused, 'The client has cancelled the request.');
      yield { data: JSON.stringify(this.#ending.signal.aborted ? cancelled : lostCall(id, 'connection_lost')) };
    } finally {
      this.#done();
    }
  }

  async *#events(first: Response | undefined): AsyncGenerator<StreamEvent> {
    // With the position, the client itself could go on, should it need other credentials.
    if (first === undefined && this.#eventId !== undefined) yield { id: this.#eventId, data: '' };
    for (let source = first ?? (await this.#next()); ; source = await this.#next()) {
      if (yield* this.#from(source)) return;
    }
  }

  /** Passes on the events of one connection. Returns whether the response was among them. */
  async *#from(source: Response): AsyncGenerator<StreamEvent, boolean> {
    const onRetry = (ms: number) => {
      this.#retryMs = ms;
    };
    const watched = () => this.#eventId !== undefined;
    try {
      for await (const event of answersOf(source, { silenceMs: this.#context.silenceMs, watched, onRetry })) {
        this.#note(event);
        const response = responseTo(this.#sentId, event.data);
        if (response === undefined) yield this.#forClient(event);
        else return yield* this.#end(event, response);
      }
    } catch (error) {
      if (this.#signal.aborted || this.#ended) throw error;
    }
    return false;
  }

  #forClient(event: StreamEvent): StreamEvent {
    return this.#sentToken === undefined ? event : translateProgress(event, this.#sentToken, tokenOf(this.#call));
  }

  /** The next source of the call's events after the last one has ended without the response. */
  async #next(): Promise<Response> {
    await delay(this.#retryMs ?? this.#waits.next().value, undefined, { signal: this.#signal });
    const late = performance.now() - this.#heard > this.#context.patienceMs;
    if (this.#eventId !== undefined && !late) {
      const resumed = await this.#resume(this.#eventId);
      if (resumed !== undefined) return resumed;
      this.#eventId = undefined;
      return this.#again('session_lost');
    }
    return late ? this.#lost('connection_lost') : this.#again('connection_lost');
  }

  /** Undefined: the endpoint does not have the stream any more. */
  async #resume(eventId: string): Promise<Response | undefined> {
    const headers = headersNow(this.#context, this.#headers);
    headers.set('accept', 'text/event-stream');
    headers.set('last-event-id', eventId);
    headers.delete('content-type');
    const { body: _, ...init } = this.#call.init;
    const answer = await this.#context.endpoint
      .send({ ...init, method: 'GET', headers, signal: this.#signal }, ASKS)
      .catch((error: unknown) => {
        if (this.#signal.aborted) throw error;
        return undefined;
      });
    if (answer === undefined) return this.#lost('connection_lost');
    if (isStream(answer)) return answer;
    await answer.body?.cancel();
    if (answer.status === 401 || answer.status === 403) {
      this.#context.suspended.set(eventId, this);
      throw new NeedsCredentials();
    }
    return undefined;
  }

  /** Sends the call again if it is safe. */
  async #again(loss: Loss): Promise<Response> {
    this.#repeats += 1;
    if (this.#repeats > MOST_REPEATS || !(await this.#isSafe())) return this.#lost(loss);
    await this.#begin();
    const answer = await this.#post(true).catch((error: unknown) => {
      if (this.#signal.aborted) throw error;
      return this.#lost(loss);
    });
    return answer.ok ? answer : jsonResponse(await refusedCall(this.#sentId, answer));
  }

  /** Keeps that the call goes out, before it does. If that fails, it does not. */
  async #begin(): Promise<void> {
    const { step, request, guardKey } = this.#call;
    this.#eventId = undefined;
    this.#sentId = request.id;
    this.#sentToken = tokenOf(this.#call);
    const sent = { sentId: this.#sentId, sentToken: this.#sentToken, guardKey, eventId: undefined };
    await step.save(sent).catch((error: unknown) => {
      this.#done();
      throw error;
    });
  }

  /** Sends the request. If its session is gone, it has not run: it is sent again in a new one. */
  async #post(safe: boolean): Promise<Response> {
    const body = JSON.stringify(this.#call.request);
    const init = { ...this.#call.init, method: 'POST', body, signal: this.#signal };
    return sendInSession(this.#context, this.#headers, (headers) => ({ ...init, headers }), {
      safe,
      prompt: this.#prompt,
    });
  }

  /** In a session the answer begins soon, as a stream if it takes long. In 2026-07-28 it may begin when the handler has ended. */
  get #prompt(): true | GiveUp {
    const { modern, request } = this.#call;
    const long = modern && /^(tools\/call|prompts\/get|resources\/read)$/.test(request.method);
    return long ? () => this.#context.tools.isLasting(this.#context, this.#call) : true;
  }

  #isSafe(): Promise<boolean> {
    return this.#context.tools.isSafe(this.#context, this.#call);
  }

  /** Nothing has happened: the client may call again. */
  async #undone(): Promise<void> {
    await this.#call.step.clear();
    this.#done();
  }

  #lost(loss: Loss): Response {
    return jsonResponse(lostCall(this.#sentId, loss));
  }

  #done(): void {
    this.#call.step.end();
    this.#call.onEnd();
  }

  async *#settle(task: NonNullable<ReturnType<typeof taskIn>>): AsyncGenerator<StreamEvent> {
    const { step } = this.#call;
    await step.save({ taskId: task.taskId });
    for await (const message of settleTask(this.#context, this.#call, task, this.#signal)) {
      if (!('method' in message)) await this.#keep(message as unknown as JsonRpcResponse);
      yield { data: JSON.stringify(message) };
    }
  }

  async *#end(event: StreamEvent, response: JsonRpcResponse): AsyncGenerator<StreamEvent, true> {
    this.#ended = true;
    const task = this.#call.tasks ? taskIn(response) : undefined;
    if (task !== undefined) yield* this.#settle(task);
    else {
      await this.#keep(response);
      yield { ...event, data: JSON.stringify({ ...response, id: this.#call.request.id }) };
    }
    return true;
  }

  /** Keeps how the call ended before the client hears of it. */
  async #keep(response: JsonRpcResponse): Promise<void> {
    const { step } = this.#call;
    if (asksForTask(response)) return;
    if (isFinal(response)) await step.save({ response });
    else await step.clear();
  }

  #note({ id }: StreamEvent): void {
    this.#heard = performance.now();
    this.#waits = growingWaits();
    // A call of 2026-07-28 cannot be resumed, so a position in it means nothing.
    if (id === undefined || this.#call.modern) return;
    this.#eventId = id;
    this.#call.step.passed(id);
  }
}

/** The server wants other credentials. The client gets new ones when it resumes the stream itself. */
class NeedsCredentials extends Error {}
