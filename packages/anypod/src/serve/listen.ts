import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from './config.ts';

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
}

/** Listens; throws `ConfigError` where the address cannot be had. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  const { port, host, keepAliveMs } = options;
  const server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, handler);
  await bind(server, port, host);
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    origin: `http://${name}:${bound}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    destroy: () => server.closeAllConnections(),
  };
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === 'EADDRINUSE' ? 'is in use; choose another with --port' : `cannot be used: ${error.message}`;
      reject(new ConfigError([`PORT: ${host}:${port} ${remedy}`]));
    });
    server.listen(port, host, resolve);
  });
}
