import type { Express } from 'express';

/** What the probes are told; `serve` sets it. */
export interface Health {
  /** The store was reached and the server is built. */
  started: boolean;
  draining: boolean;
}

/**
 * The probes. None asks the store: restarting pods mends no Redis, and taking all of them from the balancer at once would keep it from the calls
 * that need no store, and clients from the honest 503. `/livez` says that the process answers, `/readyz` that requests may come, `/startupz`
 * that the start is over.
 */
export function addHealthRoutes(app: Express, health: Health): void {
  app.get('/livez', (_request, response) => {
    response.type('text').send('ok\n');
  });
  app.get('/startupz', (_request, response) => {
    response
      .status(health.started ? 200 : 503)
      .type('text')
      .send(health.started ? 'ok\n' : 'starting\n');
  });
  app.get('/readyz', (_request, response) => {
    const reason = unready(health);
    response
      .status(reason === undefined ? 200 : 503)
      .type('text')
      .send(`${reason ?? 'ok'}\n`);
  });
}

function unready(health: Health): string | undefined {
  if (!health.started) return 'starting';
  return health.draining ? 'draining' : undefined;
}
