import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the browser brings the answer of the authorization server (RFC 8252 §7.3). */
export interface Loopback {
  readonly port: number;
  readonly redirectUrl: string;
  /** The parameters of the answer to the login that `state` names. Answers to other logins are refused. */
  answerTo(state: string, signal: AbortSignal): Promise<URLSearchParams>;
  close(): void;
}

const PATH = '/callback';
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'",
  'cache-control': 'no-store',
  connection: 'close',
};

/** Listens on this machine only, at `port` if it is free. */
export async function listenForAnswer(port: number | undefined): Promise<Loopback> {
  let expected: { readonly state: string; readonly resolve: (answer: URLSearchParams) => void } | undefined;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET' || pathname !== PATH) return show(response, 404, 'There is no such page.');
    if (expected === undefined || searchParams.get('state') !== expected.state) {
      return show(response, 400, 'This answer belongs to another login. Start again.');
    }
    expected.resolve(searchParams);
    if (searchParams.has('error')) return show(response, 200, 'You are not logged in. Your program says why.');
    show(response, 200, 'You are logged in. You can close this page.');
  });
  await listen(server, port ?? 0).catch(() => listen(server, 0));
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    redirectUrl: `http://127.0.0.1:${address.port}${PATH}`,
    answerTo(state, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
      expected = { state, resolve };
      const stop = () => reject(signal.reason as Error);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', stop));
    },
    // A page that is on its way to the browser still arrives.
    close: () => void server.close(),
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

function show(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, HEADERS).end(`<!doctype html><title>anypod</title><p>${text}</p>\n`);
}
