import type { Express } from 'express';

/** What the probes are told; `serve` sets it. */
export interface Health {
  started: boolean;
  draining: boolean;
  /** Rejects while the store does not answer. */
  store(): Promise<void>;
}

/**
 * The probes: `/livez` says that the process answers and never asks the store, since restarting pods mends no Redis; `/readyz` says that
 * requests may come; `/startupz` that the start is over.
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
  app.get('/readyz', async (_request, response) => {
    const reason = await unready(health);
    response
      .status(reason === undefined ? 200 : 503)
      .type('text')
      .send(`${reason ?? 'ok'}\n`);
  });
}

async function unready(health: Health): Promise<string | undefined> {
  if (!health.started) return 'starting';
  if (health.draining) return 'draining';
  return health.store().then(
    () => undefined,
    () => 'the store does not answer',
  );
}
