import type { IncomingMessage, ServerResponse } from 'node:http';
import { createIsEndpoint } from './endpoint-path.ts';
import type { NodeHandler } from './node-handler.ts';

/** Express middleware. */
export type Router = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Serves the endpoint at `path` of an Express app and leaves every other path to it: `app.use(anypod.router())`. Mounted before body parsers
 * it reads bodies itself, which is faster; behind one it takes what was parsed.
 */
export function createRouter(handler: NodeHandler, path: string): Router {
  const isEndpoint = createIsEndpoint(path);
  return (request, response, next) => {
    const { originalUrl = request.url ?? '' } = request as { originalUrl?: string } & IncomingMessage;
    if (isEndpoint(originalUrl)) handler(request, response);
    else next();
  };
}
