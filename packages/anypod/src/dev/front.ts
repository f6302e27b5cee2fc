import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** How long a request waits for a pod that starts. */
const HOLD_MS = 10_000;

/** The address that clients know. Each request goes to the pod that serves at that moment. */
export interface Front {
  /** `http://host:port` */
  readonly origin: string;
  /** New requests go to the pod at this port of 127.0.0.1. Undefined: there is none, and they wait for one. */
  turnTo(port: number | undefined): void;
  /** Ends all connections. */
  close(): void;
}

/** Listens where clients expect the server. Rejects if the address cannot be used. */
export async function openFront(host: string, port: number): Promise<Front> {
  let pod: number | undefined;
  let turned = Promise.withResolvers<void>();

  /** A connection to the pod that serves, or to the next one: a pod may have ended before anybody has noticed. Undefined: there is none in time. */
  async function reachPod(): Promise<Socket | undefined> {
    const until = Date.now() + HOLD_MS;
    while (true) {
      const { promise: next } = turned;
      const socket = pod === undefined ? undefined : await connectTo(pod);
      if (socket !== undefined || Date.now() >= until) return socket;
      await within(next, until - Date.now());
    }
  }

  const server = createServer({ requireHostHeader: false }, (incoming, response) => {
    void reachPod().then((socket) => (socket === undefined ? refuse(response) : forward(incoming, response, socket)));
  });
  // A call may take its time to arrive and to be answered.
  server.requestTimeout = 0;
  // A connection that ended while its client calls again would lose that call. The client ends those that it needs no more.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== '::' && { host }) }, resolve);
  });
  const { port: bound } = server.address() as { port: number };
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    turnTo(next) {
      pod = next;
      if (next === undefined) return;
      turned.resolve();
      turned = Promise.withResolvers();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Undefined: nobody listens at the port. */
function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Passes a request on as it is, and the answer back as it comes. A client that leaves is gone for the pod too. */
function forward(incoming: IncomingMessage, response: ServerResponse, socket: Socket): void {
  const { method, url: path, rawHeaders } = incoming;
  const asked = ask({ method, path, headers: rawHeaders, createConnection: () => socket, setHost: false });
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, keptHeaders(answer.rawHeaders));
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  });
  asked.on('error', () => (response.headersSent ? response.destroy() : refuse(response)));
  response.on('close', () => asked.destroy());
  pipeline(incoming, asked, () => undefined);
}

/** `Connection` is about the connection to the pod, which ends with the answer. */
function keptHeaders(raw: readonly string[]): string[] {
  return raw.filter((_, index) => !/^(connection|keep-alive)$/i.test(raw[index - (index % 2)] ?? ''));
}

function refuse(response: ServerResponse): void {
  const message = 'No pod serves now: anypod dev waits for a change that can be loaded. Its terminal shows the error.';
  const error = { jsonrpc: '2.0', id: null, error: { code: -32603, message, data: { reason: 'starting' } } };
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(error));
}

function within(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
