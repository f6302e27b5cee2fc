import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import type { Malformed } from './request.ts';

/** What came back. Status 0: the connection ended without an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends requests as they are. */
export interface Sender {
  /** Rejects if nothing comes back in time. */
  send(malformed: Malformed): Promise<Answer>;
  close(): void;
}

const PATIENCE_MS = 60_000;
const NOTHING: Answer = { status: 0, headers: {}, body: '' };

export function createSender(origin: URL): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  async function sendFramed(malformed: Malformed): Promise<Answer> {
    // A server may end an idle connection just when a request comes (Node's documentation of `reusedSocket`).
    const { answer, again } = await attempt(malformed);
    return again ? (await attempt(malformed)).answer : answer;
  }

  function attempt({ method, path, headers, body }: Malformed): Promise<{ answer: Answer; again?: boolean }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = origin;
      // Node frames a body by itself only where a method usually has one.
      const framed = body === '' ? {} : { 'content-length': body.length };
      const sent = request({ hostname, port, path, method, headers: { ...grouped(headers), ...framed }, agent });
      const timer = setTimeout(() => {
        reject(new Error('no answer'));
        sent.destroy();
      }, PATIENCE_MS);
      const done = (answer: Answer, again = false) => {
        clearTimeout(timer);
        resolve({ answer, again });
      };
      sent.on('response', (response) => {
        // A stream has been answered when it begins.
        if (response.headers['content-type'] === 'text/event-stream') {
          done({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
          response.on('error', () => undefined).destroy();
          return;
        }
        const parts: Buffer[] = [];
        const end = () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() });
        response
          .on('data', (part: Buffer) => parts.push(part))
          .on('end', end)
          .on('error', end);
      });
      sent.on('error', (error: NodeJS.ErrnoException) =>
        done(NOTHING, sent.reusedSocket && error.code === 'ECONNRESET'),
      );
      sent.end(Buffer.from(body, 'latin1'));
    });
  }

  function sendRaw(bytes: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(origin.port), origin.hostname);
      let text = '';
      const timer = setTimeout(() => {
        reject(new Error('neither an answer nor an end'));
        socket.destroy();
      }, PATIENCE_MS);
      const done = () => {
        clearTimeout(timer);
        socket.destroy();
        const [, session] = /^mcp-session-id: (\S+)/im.exec(text) ?? [];
        const headers = session === undefined ? {} : { 'mcp-session-id': session };
        resolve({ ...NOTHING, headers, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0) });
      };
      socket.on('data', (part) => {
        text += part.toString('latin1');
        // The whole head, since it may name a session.
        if (/^HTTP\/1\.1 [2-5]\d\d/.test(text) && text.includes('\r\n\r\n')) done();
      });
      socket.on('close', done).on('error', done);
      socket.end(Buffer.from(bytes, 'latin1'));
    });
  }

  return {
    send: (malformed) => (malformed.raw === undefined ? sendFramed(malformed) : sendRaw(malformed.raw)),
    close: () => agent.destroy(),
  };
}

/** Node sends a header once for each of its values. */
function grouped(headers: Malformed['headers']): OutgoingHttpHeaders {
  const all: Record<string, string[]> = {};
  for (const [name, value] of headers) all[name] = [...(all[name] ?? []), value];
  return all;
}
