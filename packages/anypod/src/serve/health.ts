import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { RPC, rpcError } from '../core/rpc-error.ts';

/** What the probes are told; `serve` sets it. */
export interface Health {
  /** The store was reached and the server is built. */
  started: boolean;
  draining: boolean;
}

const PROBES = ['/livez', '/readyz', '/startupz'];

/**
 * The probes, and the answer to every path beside the endpoint at `path`. No probe asks the store: restarting pods mends no Redis, and taking all of them
 * from the balancer at once would keep it from the calls that need no store, and clients from the honest 503. `/livez` says that the process
 * answers, `/readyz` that requests may come, `/startupz` that the start is over.
 */
export function createHealthApp(health: Health, path: string): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/livez', (_request, response) => tell(response, undefined));
  app.get('/startupz', (_request, response) => tell(response, health.started ? undefined : 'starting'));
  app.get('/readyz', (_request, response) => tell(response, unready(health)));
  app.all(PROBES, (_request, response) => {
    response.set('allow', 'GET, HEAD');
    refuse(response, 405, 'A probe is asked with GET.');
  });
  app.use((_request, response) => {
    refuse(response, 404, `Nothing is served at this path. The MCP endpoint is at ${path}.`);
  });
  // Express knows it by its four parameters.
  const unreadable: ErrorRequestHandler = (_error, _request, response, _next) => {
    refuse(response, 400, `The path cannot be read. The MCP endpoint is at ${path}.`);
  };
  return app.use(unreadable);
}

function tell(response: Response, reason: string | undefined): void {
  response
    .status(reason === undefined ? 200 : 503)
    .type('text')
    .send(`${reason ?? 'ok'}\n`);
}

function refuse(response: Response, status: number, message: string): void {
  response.status(status).json(rpcError(null, RPC.refused, message));
}

function unready(health: Health): string | undefined {
  if (!health.started) return 'starting';
  return health.draining ? 'draining' : undefined;
}
