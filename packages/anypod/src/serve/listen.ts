import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from './config.ts';

/** Longer than the idle timeouts that balancers keep connections for, so that they close first and never send into a closing one. */
const KEEP_ALIVE_MS = 75_000;

/** A listening server. */
export interface Listener {
  /** `http://host:port` */
  readonly origin: string;
  /** Takes no new connection and resolves when the last one has ended. */
  close(): Promise<void>;
  /** Ends all connections. */
  destroy(): void;
}

/** Listens; throws `ConfigError` where the address cannot be had. */
export async function listen(handler: RequestListener, port: number, host: string): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, handler);
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
