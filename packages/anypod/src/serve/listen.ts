import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Log, silentLog } from '../core/log.ts';
import { type Meter, silentMeter } from '../core/meter.ts';
import { answerMalformed } from './malformed-requests.ts';
import { ConfigError } from './settings/config.ts';

/** A listening server. */
export interface Listener {
  /** `http://host:port` */
  readonly origin: string;
  /** Accepts no new connection. Resolves when the last one has ended. */
  close(): Promise<void>;
  /** Ends all connections. */
  destroy(): void;
}

export interface ListenOptions {
  readonly port: number;
  /** `::` means all addresses: IPv6 and IPv4, or IPv4 alone if the kernel has no IPv6. */
  readonly host: string;
  /** How long the pod keeps an idle connection: longer than the balancer does, so that no request is sent on a connection that is closing. */
  readonly keepAliveMs: number;
  /** How long a pod still serves after it was told to stop, on connections that close. */
  readonly drainDelayMs: number;
  /** The most bytes of a request's headers. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** How long a request may take to arrive. Its headers may take a minute at most. Default 5 minutes. */
  readonly requestTimeoutMs?: number;
  /** The page that explains errors. Without it, they have no link. */
  readonly errorsUrl?: string | undefined;
}

/** How long the headers of a request may take, and how often the server looks for slow requests, at most. */
const MOST_HEADERS_MS = 60_000;
const MOST_CHECK_MS = 10_000;

/** Listens. Throws `ConfigError` if the address cannot be used. */
export async function listen(
  handler: RequestListener,
  options: ListenOptions,
  log: Log = silentLog,
  meter: Meter = silentMeter,
): Promise<Listener> {
  const { port, host, maxHeaderBytes: maxHeaderSize = 16_384, requestTimeoutMs: requestTimeout = 300_000 } = options;
  // Node would answer a request without Host with a bare status. The handler says what is wrong.
  const server = createServer(
    {
      ...{ noDelay: true, requireHostHeader: false, maxHeaderSize, requestTimeout },
      headersTimeout: Math.min(requestTimeout, MOST_HEADERS_MS),
      connectionsCheckingInterval: Math.min(requestTimeout, MOST_CHECK_MS),
    },
    handler,
  );
  answerMalformed(server, log, meter, options.errorsUrl);
  keepConnections(server, options);
  await bind(server, port, host);
  const { port: bound, address } = server.address() as AddressInfo;
  const name = host === '::' ? address : host;
  return {
    origin: `http://${name.includes(':') ? `[${name}]` : name}:${bound}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    destroy: () => server.closeAllConnections(),
  };
}

/**
 * How many connections may wait until they are accepted. The kernel lowers this to `net.core.somaxconn`, which is 4096 on Linux. With Node's default
 * of 511, a burst loses handshakes, for example when all clients of a stopped pod reconnect. A client repeats a lost handshake a second later.
 */
const BACKLOG = 4096;

/** Clients subtract up to two seconds from the announced timeout. They do not keep a connection at all if nothing is left. */
const LEAST_TOLD_MS = 3000;

/**
 * Announces a shorter timeout than the pod keeps. With the `Keep-Alive: timeout` that it announces, a client gives up an idle connection before a
 * draining pod closes it after the drain delay. So no request is sent on a connection that is closing. Balancers use their own timeouts, and for them
 * the pod keeps connections for `keepAliveMs`.
 */
function keepConnections(server: Server, { keepAliveMs, drainDelayMs }: ListenOptions): void {
  const toldMs = Math.min(keepAliveMs, Math.max(drainDelayMs, LEAST_TOLD_MS));
  // Node before 22.19 can only announce the timeout that it keeps.
  const canAnnounceLess = 'keepAliveTimeoutBuffer' in server;
  server.keepAliveTimeout = canAnnounceLess ? toldMs : keepAliveMs;
  if (canAnnounceLess) server.keepAliveTimeoutBuffer = keepAliveMs - toldMs;
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used: ${error.message}`;
      reject(new ConfigError([`PORT: ${host}:${port} ${remedy}`]));
    });
    // Without a host, Node listens on `::`, which takes IPv4 too, or on `0.0.0.0` if the kernel has no IPv6.
    server.listen({ port, ...(host !== '::' && { host }), backlog: BACKLOG }, resolve);
  });
}
