import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPC, rpcError } from '../core/json/rpc-error.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import { createSparseLog } from '../core/sparse-log.ts';
import { linkErrors } from '../http/reply/error-links.ts';

/** The answers to requests that Node could not read, by the code of Node's error. */
const ANSWERS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large. Send fewer or shorter ones, for example a smaller token.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large. Send the body without them.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive. Send it again.'],
};

/** What an operator can do about it. */
const REASONS: Readonly<Record<number, string>> = {
  431: 'its headers are larger than --max-headers (ANYPOD_MAX_HEADERS) allows; raise it, here and in the proxies in front, if your tokens or cookies are that large',
};

const UNREADABLE = [400, 'This is not an HTTP/1.1 request. Send one with a request line, headers and a body.'] as const;

/** How long the pod still reads what a client sends after its answer. If it closed at once, the system would drop the answer with the unread rest. */
const LINGER_MS = 1000;

/** Answers in JSON the requests that Node itself would answer with a bare status, and logs them. */
export function answerMalformed(server: Server, log: Log, meter: Meter, errorsUrl?: string): void {
  const sparse = createSparseLog(log);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // The rest of a request that is answered already.
    if (socket.writableEnded) return;
    // If an answer has already begun, the client would read another one as a part of it.
    const answering = (socket as { _httpMessage?: { readonly headersSent?: boolean } })._httpMessage?.headersSent;
    if (!socket.writable || error.code === 'ECONNRESET' || answering === true) return void socket.destroy(error);
    const [status, message] = ANSWERS[error.code ?? ''] ?? UNREADABLE;
    if (status === 431) meter.limited('headers_too_large');
    meter.refused(status, status === 431 ? 'headers_too_large' : 'not_http');
    sparse.warn({ status, reason: REASONS[status] ?? error.code }, 'a request could not be read');
    const body = errorBody(message, status);
    socket.end(rawAnswer(status, errorsUrl === undefined ? body : linkErrors(body, errorsUrl)));
    const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.on('close', () => clearTimeout(linger));
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    answer(response, 417, 'This Expect header is not supported. Send 100-continue, or no Expect header.');
  });
}

/** Whether an HTTP/1.1 request has no Host header (RFC 9112 §3.2). */
export function lacksHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1';
}

export function refuseWithoutHost(response: ServerResponse): void {
  answer(response, 400, 'Host is missing. Name the host that the request is for.');
}

function answer(response: ServerResponse, status: number, message: string): void {
  const body = errorBody(message);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  response.writeHead(status, headers).end(body);
}

function errorBody(message: string, status?: number): string {
  const data = status === 431 ? { reason: 'headers_too_large' } : undefined;
  return JSON.stringify(rpcError(null, RPC.refused, message, data));
}

function rawAnswer(status: number, body: string): string {
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Type: application/json'];
  return [...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
