import type { IncomingMessage, ServerResponse } from 'node:http';
import { METADATA_PATH } from '../core/gate.ts';
import { createIsEndpoint } from './endpoint-path.ts';
import type { NodeHandler } from './node-handler.ts';

/** Express middleware. */
export type Router = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Serves the endpoint at `path` of an Express app; the app serves every other path: `app.use(anypod.router())`. Mounted before body parsers, it reads
 * bodies itself, which is faster. Mounted after one, it uses the parsed body. `protects`: also serves the metadata of the protected resource.
 */
export function createRouter(handler: NodeHandler, path: string, protects: boolean): Router {
  const isEndpoint = createIsEndpoint(path);
  return (request, response, next) => {
    const { originalUrl = request.url ?? '' } = request as { originalUrl?: string } & IncomingMessage;
    if (isEndpoint(originalUrl) || (protects && originalUrl.startsWith(METADATA_PATH))) handler(request, response);
    else next();
  };
}
