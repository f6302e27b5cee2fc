import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { RPC, rpcError } from '../core/rpc-error.ts';

/** What the probes report. `serve` sets it. */
export interface Health {
  /** The pod has reached the store and built the server. */
  started: boolean;
  draining: boolean;
}

const PROBES = ['/livez', '/readyz', '/startupz'];

/**
 * Serves the probes, and answers every path other than the endpoint at `path`. `/livez` says that the process answers, `/readyz` that requests may
 * come, `/startupz` that the start has ended. No probe asks the store: a restart of pods does not repair Redis. If the balancer removed all pods at
 * once, calls that need no store would fail too, and the other clients would not get the pods' 503. `/` answers like `/readyz`, because the load
 * balancers of some clouds probe it unless they are told another path, and take a pod with 404 out of service.
 */
export function createHealthApp(health: Health, path: string): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/livez', (_request, response) => tell(response, undefined));
  app.get('/startupz', (_request, response) => tell(response, health.started ? undefined : 'starting'));
  app.get('/readyz', (_request, response) => tell(response, unready(health)));
  app.get('/', (_request, response) => tell(response, unready(health), `ok. The MCP endpoint is at ${path}.`));
  app.all(PROBES, (_request, response) => {
    response.set('allow', 'GET, HEAD');
    refuse(response, 405, 'Use GET for a probe.');
  });
  app.use((_request, response) => {
    refuse(response, 404, `Nothing is served at this path. The MCP endpoint is at ${path}.`);
  });
  // Express recognises an error handler by its four parameters.
  const unreadable: ErrorRequestHandler = (_error, _request, response, _next) => {
    refuse(response, 400, `The path cannot be read. The MCP endpoint is at ${path}.`);
  };
  return app.use(unreadable);
}

function tell(response: Response, reason: string | undefined, ok = 'ok'): void {
  response
    .status(reason === undefined ? 200 : 503)
    .type('text')
    .send(`${reason ?? ok}\n`);
}

function refuse(response: Response, status: number, message: string): void {
  response.status(status).json(rpcError(null, RPC.refused, message));
}

function unready(health: Health): string | undefined {
  if (!health.started) return 'starting';
  return health.draining ? 'draining' : undefined;
}
