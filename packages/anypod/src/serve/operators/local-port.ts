import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import { ConfigError } from '../settings/config.ts';

/** The ports of operators are for this machine alone. In Kubernetes, `kubectl port-forward` reaches them. */
const HOST = '127.0.0.1';
const LOCAL = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** A port on this machine that serves. */
export interface LocalPort {
  /** Ends it at once, with all its connections. */
  close(): void;
}

/** Serves `listener` on this machine only. `variable` names the setting of the port. Throws `ConfigError` where the port cannot be had. */
export async function listenLocally(listener: RequestListener, port: number, variable: string): Promise<LocalPort> {
  const server = createServer(listener).unref();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError([`${variable}: ${HOST}:${port} cannot be used: ${(error as Error).message}`]);
  }
  return { close: () => server.close().closeAllConnections() };
}

/** Refuses pages of a browser on the same machine, also those under a name of their own. `what`: what is for this machine only. */
export function refusePages(what: string): RequestHandler {
  return (request, response, next) => {
    if (LOCAL.test(request.headers.host ?? '') && request.headers.origin === undefined) next();
    else response.status(403).json({ error: `${what} for this machine only: use ${HOST}, and no browser.` });
  };
}
