import type { IncomingMessage, ServerResponse } from 'node:http';
import { METADATA_PATH } from '../core/gate.ts';
import type { NodeHandler } from './node-handler.ts';
import { createIsEndpoint, createIsSseEndpoint } from './request/endpoint-path.ts';

/** Express middleware. */
export type Router = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

export interface RouterOptions {
  readonly path: string;
  /** Also serve the paths of HTTP+SSE. */
  readonly legacySse: boolean;
  /** Also serve the metadata of the protected resource. */
  readonly protects: boolean;
}

/**
 * Serves the endpoint at `path` of an Express app; the app serves every other path: `app.use(anypod.router())`. Mounted before body parsers, it reads
 * bodies itself, which is faster. Mounted after one, it uses the parsed body.
 */
export function createRouter(handler: NodeHandler, { path, legacySse, protects }: RouterOptions): Router {
  const isEndpoint = createIsEndpoint(path);
  const isSse = legacySse ? createIsSseEndpoint(path) : () => false;
  return (request, response, next) => {
    const { originalUrl = request.url ?? '' } = request as { originalUrl?: string } & IncomingMessage;
    const isMetadata = protects && originalUrl.startsWith(METADATA_PATH);
    if (isEndpoint(originalUrl) || isSse(originalUrl) || isMetadata) handler(request, response);
    else next();
  };
}
