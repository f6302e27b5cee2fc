import { callFields, callNameOf } from '../../core/call-context.ts';
import type { AuthInfo } from '../../core/caller.ts';
import type { Deadline, Late } from '../../core/deadlines.ts';
import {
  encodeResponse,
  faultOf,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { Link } from '../../core/linked-list.ts';
import type { RequestOutcome } from '../../core/meter.ts';
import type { Reply } from '../../core/reply.ts';
import { hasPrimingEvents } from '../../core/session/protocol-version.ts';
import { traceOf } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import type { Followers } from './followers.ts';
import { OwnedStream } from './owned-stream.ts';

export interface ExchangeOptions {
  readonly session: string;
  readonly protocolVersion: string;
  /** One request, or a batch (2025-03-26 only). */
  readonly requests: readonly [JsonRpcRequest, ...JsonRpcRequest[]];
  /** Stored with the requests, so that another pod may run them again; see `StoredRequests`. */
  readonly authInfo?: AuthInfo | undefined;
  /** The POST held an array, so a plain answer is an array too. */
  readonly batch: boolean;
  /** Where the answer goes: the client's own connection, or the stream of an exchange that another pod began. */
  readonly to: { readonly reply: Reply } | { readonly stream: OwnedStream };
  readonly onEnd: () => void;
  /** Another pod has taken the exchange over. */
  readonly onLost: (exchange: Exchange) => void;
}

/**
 * One POST with requests, from its arrival to its last response. The answer is plain JSON if the handlers finish within `upgradeAfterMs` and send no
 * related message. Otherwise it becomes an event stream with a log, which outlives the connection; so it does at once if the client asks for that with
 * `_meta["anypod/resumable"]`. If the client accepts only JSON, it stays JSON.
 */
export class Exchange implements Late {
  readonly #context: PodContext;
  readonly #followers: Followers;
  readonly #options: ExchangeOptions;
  /** The ids of the requests that have no answer yet. A batch may contain an id twice. */
  readonly #pending: RequestId[];
  readonly #responses: JsonRpcResponse[] = [];
  #stream: OwnedStream | undefined;
  #deadline: Link<Deadline> | undefined;
  /** Where the exchange is in its trace. A timer that makes it a stream runs elsewhere. */
  readonly #place: string | undefined;
  #ended = false;

  constructor(context: PodContext, followers: Followers, options: ExchangeOptions) {
    this.#context = context;
    this.#followers = followers;
    this.#options = options;
    this.#pending = options.requests.map(({ id }) => id);
    this.#place = context.traces?.here();
    if ('stream' in options.to) this.#take(options.to.stream);
    else if (asksForStream(options.requests)) this.upgrade();
    else if (this.streams) this.#deadline = context.deadlines.add(this);
  }

  /** Whether the client could come back for the answer if this pod ended the connection. */
  get resumable(): boolean {
    if (!this.streams) return false;
    if (this.#reply?.outlives === true || this.#stream?.resumable === true) return true;
    return hasPrimingEvents(this.#options.protocolVersion);
  }

  /** Whether it can send messages other than its responses. If not, the answer waits as JSON, however long it takes. */
  get streams(): boolean {
    return this.#reply?.form !== 'json';
  }

  /** Sends a serialised question or notification of one of the requests. False: nothing was sent, because the exchange has ended or cannot stream. */
  emit(data: string): boolean {
    const stream = this.#ended ? undefined : this.upgrade();
    stream?.write(data, false);
    return stream !== undefined;
  }

  /** Sends the response to one of the requests. It has the client's id. */
  respond(response: JsonRpcResponse): void {
    if (this.#ended || response.id === null || !this.#removePending(response.id)) return;
    const last = this.#pending.length === 0;
    this.#reply?.watch.answered(response.error !== undefined, faultOf(response));
    if (this.#stream === undefined) this.#responses.push(response);
    else this.#stream.write(encodeResponse(response), last);
    if (last) this.#answerPlainly();
    if (last) this.#end('ok');
  }

  /** The log fields of one of the requests. */
  fieldsOf(id: RequestId): Readonly<Record<string, string>> {
    const { session, requests } = this.#options;
    const request = requests.find((one) => one.id === id) ?? requests[0];
    return callFields(callNameOf(request), this.#context.hash(session), this.#place && traceOf(this.#place));
  }

  /** The client has cancelled one of the requests. The SDK sends nothing more for it. */
  cancel(id: RequestId): void {
    if (!this.#removePending(id) || this.#pending.length > 0) return;
    if (this.#stream !== undefined) this.#stream.finish();
    else if (this.#responses.length > 0) this.#answerPlainly();
    else if (this.streams) this.#reply?.stream('request').end();
    else this.#reply?.json(200, JSON.stringify(rpcError(id, RPC.refused, 'The client has cancelled this request.')));
    this.#end('cancelled');
  }

  /** Removes a request that needs no answer any more. False: no request of this id needs one. */
  #removePending(id: RequestId): boolean {
    const index = this.#pending.indexOf(id);
    if (index >= 0) this.#pending.splice(index, 1);
    return index >= 0;
  }

  /** Ends the connection because the handler asked for it. The client comes back for the rest. */
  closeConnection(): void {
    if (!this.#ended && this.resumable) this.upgrade()?.detach();
  }

  /** Answers each request that has no answer yet with `refusal`. `status` is for a plain answer. */
  abort(refusal: (id: RequestId) => JsonRpcResponse, status: number): void {
    if (this.#ended) return;
    if (this.#stream !== undefined) {
      for (const id of [...this.#pending]) this.respond(refusal(id));
      return;
    }
    this.#reply?.json(status, JSON.stringify(refusal(this.#options.requests[0].id)));
    this.#end('refused');
  }

  /** Leaves the exchange, unanswered, to the pod that takes it over. The client comes back after `retryMs`. */
  abandon(retryMs: number): void {
    this.#stream?.abandon(retryMs);
    this.#end('left');
  }

  /** Keeps the log of a running exchange, however long it sends nothing. */
  renew(): void {
    if (!this.#ended) this.#stream?.renew();
  }

  /** The exchange has taken `upgradeAfterMs`. Its client should now get an event id to come back with. */
  late(): void {
    this.upgrade();
  }

  /** Becomes an event stream, if it is not one yet. Undefined: it has ended, or cannot become one. Never throws. */
  upgrade(): OwnedStream | undefined {
    if (this.#stream !== undefined || this.#reply === undefined || this.#ended || !this.streams) return this.#stream;
    this.#removeDeadline();
    try {
      return this.#open(this.#reply);
    } catch (err) {
      this.#context.log.warn({ err }, 'a call could not become a stream; it is answered with an error');
      this.abort((id) => rpcError(id, RPC.internal, 'Internal error'), 500);
      return undefined;
    }
  }

  /** Resolves when the store has everything that was written to the stream, if the exchange became one. */
  async stored(): Promise<void> {
    await this.#stream?.stored();
  }

  #open(reply: Reply): OwnedStream {
    const { session, requests, authInfo } = this.#options;
    const stored = authInfo === undefined ? { requests } : { requests, authInfo };
    const stream = OwnedStream.open(this.#context, this.#followers, session, stored, reply, this.#place);
    this.#take(stream);
    if (this.resumable || asksForStream(requests)) stream.prime(this.#context.options.retryMs);
    for (const response of this.#responses.splice(0)) stream.write(encodeResponse(response), false);
    return stream;
  }

  get #reply(): Reply | undefined {
    return 'reply' in this.#options.to ? this.#options.to.reply : undefined;
  }

  #take(stream: OwnedStream): void {
    this.#stream = stream;
    // A function that is written where it is assigned would be old from the beginning, and keep the call (`young-garbage.test.ts`).
    const lost = () => {
      if (this.#ended) return;
      this.#end('left');
      this.#options.onLost(this);
    };
    stream.onLost = lost;
  }

  #removeDeadline(): void {
    if (this.#deadline !== undefined) this.#context.deadlines.remove(this.#deadline);
  }

  #answerPlainly(): void {
    if (this.#stream !== undefined) return;
    const responses = this.#responses.map(encodeResponse);
    this.#reply?.json(200, this.#options.batch ? `[${responses.join()}]` : (responses[0] ?? ''));
  }

  /** The meter counts `outcome` unless a plain answer has already told it. */
  #end(outcome: RequestOutcome): void {
    this.#ended = true;
    this.#reply?.watch.ended(outcome);
    this.#removeDeadline();
    this.#options.onEnd();
  }
}

/** Whether the client wants to be able to come back from the first moment, whatever that costs. */
function asksForStream(requests: readonly JsonRpcRequest[]): boolean {
  return requests.some(({ params }) => (params?.['_meta'] as Meta | undefined)?.['anypod/resumable'] === true);
}

type Meta = Readonly<Record<string, unknown>>;
