import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readText, requireBounded } from './bounded-body.ts';
import { unreachable } from './failure.ts';
import { readEvents, type StreamEvent } from './sse.ts';
import type { Target } from './target.ts';

/** What is sent. */
export interface Outgoing {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer. Read its body once, as text or as events. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly isStream: boolean;
  /** The body as it arrives. */
  readonly chunks: AsyncIterable<string>;
  text(): Promise<string>;
  events(): AsyncGenerator<StreamEvent, void>;
  /** Cuts the connection. */
  cut(): void;
}

/**
 * Sends one request on a new connection, so that a balancer chooses a pod each time. It does not use `fetch`, which does not
 * let you set the `Host` header.
 *
 * @throws NoAnswer if there is no answer; the reason of `signal` if it aborts first.
 */
export function sendRequest(target: Target, { method, headers, body }: Outgoing, signal: AbortSignal): Promise<Answer> {
  const { host, port, path } = target;
  const all = { ...target.headers, ...headers, host: target.authority };
  const request = target.secure ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = { host, port, path, method, headers: all, agent: false, signal };
    const fail = (error: unknown) => reject(signal.aborted ? signal.reason : unreachable(target, error));
    request(options, (message) => resolve(answerOf(target.label, message)))
      .once('error', fail)
      .end(body);
  });
}

function answerOf(label: string, message: IncomingMessage): Answer {
  message.setEncoding('utf8');
  const chunks = message as AsyncIterable<string>;
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    chunks,
    isStream: message.headers['content-type']?.startsWith('text/event-stream') === true,
    text: () => readText(label, chunks),
    events: () => readEvents(chunks, (length) => requireBounded(label, length)),
    cut: () => void message.destroy(),
  };
}

const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** POSTs one JSON-RPC message, as `sendRequest` does. */
export function postMessage(target: Target, message: object, headers: object, signal: AbortSignal): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return sendRequest(target, { method: 'POST', headers: { ...POST_HEADERS, ...headers }, body }, signal);
}
