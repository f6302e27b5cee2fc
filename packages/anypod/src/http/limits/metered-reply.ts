import type { Caller } from '../../core/caller.ts';
import type { Limited } from '../../core/limited.ts';
import type { Meter, RequestEra, RequestOutcome, RequestWatch, StreamKind } from '../../core/meter.ts';
import { type RefusalReason, reasonOfStatus } from '../../core/refused.ts';
import type { AnswerForm, EventSink, Reply } from '../../core/reply.ts';
import type { Step } from '../../core/traces.ts';
import type { EndpointReply } from '../reply/endpoint-reply.ts';
import { faultReasonOf } from '../reply/refusal.ts';
import type { RequestLog } from '../reply/request-log.ts';
import { EndsWithToken, type TokenEnd } from '../request/ends-with-token.ts';
import type { Account } from './accounts.ts';
import type { Load } from './overload.ts';

const NONE: readonly Account[] = [];

/** Answers a request and counts it. It is also the request's watch, so each request needs only one object. */
export class MeteredReply implements Reply, RequestWatch {
  readonly #reply: EndpointReply;
  readonly #meter: Meter;
  readonly #requests: RequestLog;
  /** Ms of `performance.now()`. */
  readonly began: number = performance.now();
  /** The caller, once it is known. */
  caller: Caller | undefined;
  /** Undefined: nobody traces the request. */
  step: Step | undefined;
  /** The trace to which the request belongs if it has no step: that of the question that it answers. */
  trace: string | undefined;
  form: AnswerForm = 'either';
  /** When the streams of a session must end. Undefined: the caller has no token that expires. */
  tokenEnd: TokenEnd | undefined;
  /** There is no room for the request, unless its body shows that it belongs to an accepted call. */
  refusal: Limited | undefined;
  /** Why the request is answered with an error status. Undefined: the status says it, or there was none. */
  reason: RefusalReason | undefined;
  /** What the answer says of it. */
  #detail: string | undefined;
  readonly #load: Load;
  #accounts: readonly Account[] = NONE;
  #method = '';
  #era: RequestEra = 'unknown';
  /** What the request names: a tool or a prompt. */
  #name: string | undefined;
  #isError = false;
  #fault: string | undefined;
  #status: number | undefined;
  #error: unknown;
  #session: string | undefined;
  #ended = false;
  #listens: 0 | 1 = 0;
  #stream: 'none' | 'expected' | 'open' = 'none';

  /** The request counts in `load` until it has ended. */
  constructor(reply: EndpointReply, meter: Meter, load: Load, requests: RequestLog) {
    this.#reply = reply;
    this.#meter = meter;
    this.#requests = requests;
    this.#load = load;
    load.calls += 1;
    meter.requestBegan();
  }

  /** For whom the request counts. Empty: there are no limits for its caller and its tenant. */
  get accounts(): readonly Account[] {
    return this.#accounts;
  }

  /** Counts the request for its caller and its tenant, until it has ended. */
  countFor(accounts: readonly Account[]): void {
    this.#accounts = accounts;
    for (const account of accounts) account.calls += 1;
  }

  /** Counts a stream from now on, before it is open, so that many requests at once cannot open more than there is room for. */
  countStream(listens = false): void {
    this.#stream = 'expected';
    this.#listens = listens ? 1 : 0;
    this.#countStreams(1);
  }

  #countStreams(by: 1 | -1): void {
    addStreams(this.#load, by, this.#listens);
    for (const account of this.#accounts) addStreams(account, by, this.#listens);
  }

  /** Names the request for the meter: its MCP method, what `methodOf` returns for other bodies, or its HTTP method. `name`: of the tool or prompt. */
  name(method: string, era: RequestEra, name?: string): void {
    this.#method = method;
    this.#era = era;
    this.#name = name;
  }

  get watch(): RequestWatch {
    return this;
  }

  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void {
    if (status === 200 && this.form === 'stream') this.#streamOnly(body, headers);
    else this.#reply.json(status, body, headers);
    this.#session = headers?.['mcp-session-id'];
    this.#endedWith(status);
  }

  empty(status: number, headers?: Readonly<Record<string, string>>): void {
    this.#reply.empty(status, headers);
    this.#endedWith(status);
  }

  stream(kind: StreamKind): EventSink {
    const sink = this.#reply.stream({});
    sink.onClose(this.streams(kind));
    // A GET asks for the stream itself, so it has its answer now. A POST asks for the response on the stream.
    if (this.#method === 'GET') this.ended('ok');
    // A call of the modern era cannot be resumed. It was made while the token was valid, so it may end.
    if (this.tokenEnd === undefined || this.#era === 'modern') return sink;
    return new EndsWithToken(sink, this.tokenEnd, this.#method !== 'GET');
  }

  /** Passes on a response. Its end is reported to the watch. */
  response(response: Response): void {
    this.#reply.response(response);
  }

  #streamOnly(body: string, headers: Readonly<Record<string, string>> = {}): void {
    const sink = this.#reply.stream(headers);
    sink.onClose(this.streams('request'));
    sink.send({ data: body });
    sink.end();
  }

  answered(isError: boolean, fault?: string): void {
    this.#isError ||= isError;
    this.#fault ??= fault;
  }

  refused(status: number, detail?: string): void {
    this.#detail = detail;
    this.#endedWith(status);
  }

  failed(error: unknown): void {
    this.reason = faultReasonOf(error);
    this.#error = error;
    if (this.#ended) this.#requests.failedLate(error);
  }

  #endedWith(status: number): void {
    if (status >= 400 && !this.#ended) {
      this.#status = status;
      this.reason ??= reasonOfStatus(status, this.#era === 'modern');
      // Before the message is known, the reason is all that says what is wrong.
      this.#fault ??= this.#method === '' ? this.reason : String(status);
      this.#meter.refused(status, this.reason);
    }
    this.ended(outcomeOf(status));
  }

  ended(outcome: RequestOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#load.calls -= 1;
    for (const account of this.#accounts) account.calls -= 1;
    if (this.#stream === 'expected') this.#countStreams(-1);
    const seen = outcome === 'ok' && this.#isError ? 'rpc_error' : outcome;
    const ms = performance.now() - this.began;
    const fault = this.#fault ?? (seen === 'ok' ? undefined : seen);
    this.#meter.requestEnded(this.#method, this.#era, seen, ms, this.#name, fault);
    this.step?.end(fault, this.#status);
    if (this.#status !== undefined || this.#requests.wanted()) this.#log(seen, ms, fault);
  }

  #log(outcome: RequestOutcome, ms: number, fault: string | undefined): void {
    this.#requests.write({
      ...{ method: this.#method, era: this.#era, name: this.#name, outcome, fault, ms },
      ...{ status: this.#status, reason: this.reason, error: this.#error, detail: this.#detail },
      ...{ caller: this.caller, session: this.#session, trace: this.step?.run(this.#requests.traceId) ?? this.trace },
    });
  }

  streams(kind: StreamKind): () => void {
    this.#meter.streamOpened(kind);
    if (this.#stream !== 'expected') return () => this.#meter.streamClosed(kind);
    this.#stream = 'open';
    return () => {
      this.#countStreams(-1);
      this.#meter.streamClosed(kind);
    };
  }
}

function addStreams(load: Load, by: 1 | -1, listens: 0 | 1): void {
  load.streams += by;
  load.listens += by * listens;
}

function outcomeOf(status: number): RequestOutcome {
  if (status < 400) return 'ok';
  if (status < 500) return 'refused';
  return status === 503 ? 'unavailable' : 'failed';
}
