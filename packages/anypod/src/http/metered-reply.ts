import type { Meter, RequestEra, RequestOutcome, RequestWatch, StreamKind } from '../core/meter.ts';
import type { AnswerForm, EventSink, Reply } from '../core/reply.ts';
import type { EndpointReply } from './endpoint-reply.ts';
import { EndsWithToken, type TokenEnd } from './ends-with-token.ts';

/** Answers a request and counts it. It is also the request's watch, so each request needs only one object. */
export class MeteredReply implements Reply, RequestWatch {
  readonly #reply: EndpointReply;
  readonly #meter: Meter;
  readonly #began: number = performance.now();
  form: AnswerForm = 'either';
  /** When the streams of a session must end. Undefined: the caller has no token that expires. */
  tokenEnd: TokenEnd | undefined;
  #method = '';
  #era: RequestEra = 'unknown';
  #isError = false;
  #ended = false;

  constructor(reply: EndpointReply, meter: Meter) {
    this.#reply = reply;
    this.#meter = meter;
    meter.requestBegan();
  }

  /** Names the request for the meter: its MCP method, what `methodOf` returns for other bodies, or its HTTP method. */
  name(method: string, era: RequestEra): void {
    this.#method = method;
    this.#era = era;
  }

  get watch(): RequestWatch {
    return this;
  }

  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void {
    if (status === 200 && this.form === 'stream') this.#streamOnly(body, headers);
    else this.#reply.json(status, body, headers);
    this.ended(outcomeOf(status));
  }

  empty(status: number, headers?: Readonly<Record<string, string>>): void {
    this.#reply.empty(status, headers);
    this.ended(outcomeOf(status));
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

  answered(isError: boolean): void {
    this.#isError ||= isError;
  }

  ended(outcome: RequestOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    const seen = outcome === 'ok' && this.#isError ? 'rpc_error' : outcome;
    this.#meter.requestEnded(this.#method, this.#era, seen, performance.now() - this.#began);
  }

  streams(kind: StreamKind): () => void {
    this.#meter.streamOpened(kind);
    return () => this.#meter.streamClosed(kind);
  }
}

function outcomeOf(status: number): RequestOutcome {
  if (status < 400) return 'ok';
  if (status < 500) return 'refused';
  return status === 503 ? 'unavailable' : 'failed';
}
