import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from './config.ts';
import { answerMalformed } from './malformed-requests.ts';

/** A listening server. */
export interface Listener {
  /** `http://host:port` */
  readonly origin: string;
  /** Takes no new connection and resolves when the last one has ended. */
  close(): Promise<void>;
  /** Ends all connections. */
  destroy(): void;
}

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** How long an idle connection is kept: longer than a balancer keeps it, so that nothing is ever sent into one that closes. */
  readonly keepAliveMs: number;
  /** How long a pod that was told to go still serves, on connections that close. */
  readonly drainDelayMs: number;
}

/** Listens; throws `ConfigError` where the address cannot be had. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  const { port, host } = options;
  // Without a Host Node would answer with nothing but a status; the handler says why.
  const server = createServer({ noDelay: true, requireHostHeader: false }, handler);
  answerMalformed(server);
  keepConnections(server, options);
  await bind(server, port, host);
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    origin: `http://${name}:${bound}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    destroy: () => server.closeAllConnections(),
  };
}

/**
 * Connections that may wait to be accepted; the kernel takes `net.core.somaxconn` where that is less, 4096 on Linux. With Node's own 511 a burst,
 * such as all clients of a pod that went, loses handshakes, and each is tried again a second later.
 */
const BACKLOG = 4096;

/** Clients take up to two seconds off what they are told, and what is not more they do not keep at all. */
const LEAST_TOLD_MS = 3000;

/**
 * Says less than it does: `Keep-Alive: timeout` makes a client give up an idle connection before a pod that drains closes it, which it does after the
 * drain delay. So no request is sent into a connection that closes. Balancers go by their own times, and the pod keeps to the long one.
 */
function keepConnections(server: Server, { keepAliveMs, drainDelayMs }: ListenOptions): void {
  const toldMs = Math.min(keepAliveMs, Math.max(drainDelayMs, LEAST_TOLD_MS));
  // Node before 22.19 does as it says.
  const canSayLess = 'keepAliveTimeoutBuffer' in server;
  server.keepAliveTimeout = canSayLess ? toldMs : keepAliveMs;
  if (canSayLess) server.keepAliveTimeoutBuffer = keepAliveMs - toldMs;
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used: ${error.message}`;
      reject(new ConfigError([`PORT: ${host}:${port} ${remedy}`]));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
}
