import type { IncomingMessage, ServerResponse } from 'node:http';
import { createIsEndpoint, createIsSseEndpoint } from './endpoint-path.ts';
import type { NodeHandler } from './node-handler.ts';

/** Express middleware. */
export type Router = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Serves the endpoint at `path` of an Express app; the app serves every other path: `app.use(anypod.router())`. Mounted before body parsers, it reads
 * bodies itself, which is faster. Mounted after one, it uses the parsed body.
 */
export function createRouter(handler: NodeHandler, path: string, legacySse: boolean): Router {
  const isEndpoint = createIsEndpoint(path);
  const isSse = legacySse ? createIsSseEndpoint(path) : () => false;
  return (request, response, next) => {
    const { originalUrl = request.url ?? '' } = request as { originalUrl?: string } & IncomingMessage;
    if (isEndpoint(originalUrl) || isSse(originalUrl)) handler(request, response);
    else next();
  };
}
