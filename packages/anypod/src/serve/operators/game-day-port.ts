import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { DEFAULT_SECONDS, GameDay, SWITCHES, type SwitchName } from './game-day.ts';
import { type LocalPort, listenLocally, refusePages } from './local-port.ts';

const LONGEST_SECONDS = 3600;

const settingSchema = z.strictObject({
  seconds: z.number().min(1).max(LONGEST_SECONDS).default(DEFAULT_SECONDS),
  ms: z.number().min(0).max(600_000).default(2000),
  share: z.number().min(0).max(1).default(1),
});

/**
 * Serves failure switches: `GET /switches`, `PUT /switches/<name>` with JSON, `DELETE /switches/<name>`. `peers`: the pod shares a
 * Redis with others. Throws `ConfigError` where the port cannot be had.
 */
export async function serveGameDay(port: number, peers: boolean, log: Pick<Logger, 'warn'>): Promise<GameDay> {
  const gameDay: GameDay = new GameDay(log, () => switches.close());
  const switchboard = createSwitchboard(gameDay, peers);
  const switches: LocalPort = await listenLocally(switchboard, port, 'ANYPOD_GAME_DAY_PORT');
  log.warn({ port }, 'the failure switches of this pod can be used from its own machine');
  return gameDay;
}

function createSwitchboard(gameDay: GameDay, peers: boolean): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.use(refusePages('The failure switches are'));
  app.use(express.json({ limit: '1kb', strict: true, type: () => true }));
  app.get('/switches', (_request, response) => void response.json(gameDay.on));
  app.put('/switches/:name', (request, response) => turnOn(request, response));
  app.delete('/switches/:name', (request, response) => {
    const name = nameOf(request, response);
    if (name === undefined) return;
    gameDay.turnOff(name, 'request');
    response.json(gameDay.on);
  });
  app.use((_request, response) =>
    tell(response, 404, 'Use GET /switches, PUT /switches/<name> or DELETE /switches/<name>.'),
  );
  app.use((_error: unknown, _request: Request, response: Response, _next: unknown) =>
    tell(response, 400, 'The body must be a JSON object of at most 1 KB, such as {"seconds": 60}.'),
  );
  return app;

  function turnOn(request: Request, response: Response): void {
    const name = nameOf(request, response);
    if (name === undefined) return;
    if (!peers && (name === 'lease' || name === 'inbox')) {
      tell(response, 409, `This pod has no Redis, so it has no ${name} that other pods could miss.`);
      return;
    }
    const setting = settingSchema.safeParse(request.body ?? {});
    if (!setting.success) {
      tell(response, 400, z.prettifyError(setting.error));
      return;
    }
    gameDay.turnOn(name, setting.data);
    response.json(gameDay.on);
  }
}

function nameOf({ params }: Request, response: Response): SwitchName | undefined {
  const found = SWITCHES.find((name) => name === params['name']);
  if (found === undefined) tell(response, 404, `There is no such switch; there are ${SWITCHES.join(', ')}.`);
  return found;
}

function tell(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}
