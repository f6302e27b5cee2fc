import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import { AnypodError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { readBeginning, shortId } from '../../core/session/session-name.ts';
import type { SessionFacts, StoreInspection } from '../../core/store/inspection.ts';
import type { Store } from '../../core/store/store.ts';
import { shortHash } from '../../signing/signer.ts';
import { ADMIN_HEADER, MOST_SESSIONS } from './admin-protocol.ts';
import { endSession } from './end-session.ts';
import { type LocalPort, listenLocally, refusePages } from './local-port.ts';
import { withHash } from './open-inspection.ts';
import { sendMessages } from './send-messages.ts';

/** What the admin port looks at, and with which token. */
export interface AdminOptions {
  readonly port: number;
  /** Every request needs it as a bearer token. */
  readonly token: string;
  readonly inspection: StoreInspection;
  readonly store: Pick<Store, 'sessions' | 'inbox'>;
  readonly log: Log;
}

/**
 * Serves operators: `GET /pods`, `GET /sessions`, `GET` and `DELETE /sessions/<beginning of an id>`, `GET /sessions/<…>/messages`. Answers never have whole ids
 * of sessions. Throws `ConfigError` where the port cannot be had.
 */
export async function serveAdmin(options: AdminOptions): Promise<LocalPort> {
  const port = await listenLocally(createAdmin(options), options.port, 'ANYPOD_ADMIN_PORT');
  options.log.info({ port: options.port }, 'operators of this machine can look at sessions and end them');
  return port;
}

const limitSchema = z.coerce.number().int().min(1).max(MOST_SESSIONS).default(100);

function createAdmin({ token, inspection, store, log }: AdminOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.use((_request, response, next) => {
    response.set({ [ADMIN_HEADER]: '1', 'cache-control': 'no-store' });
    next();
  });
  app.use(refusePages('The admin port is'));
  app.use((request, response, next) => {
    if (hasToken(request, token)) return next();
    if (request.headers.authorization !== undefined) log.warn({}, 'the admin port was asked with a wrong token');
    response.set('www-authenticate', 'Bearer');
    tell(response, 401, 'The admin port needs the token of the pod (ANYPOD_ADMIN_TOKEN) as a bearer token.');
  });
  app.get('/pods', async (_request, response) => void response.json(await inspection.pods()));
  app.get('/sessions', async (request, response) => {
    const { beginning, limit } = request.query;
    if (beginning !== undefined) return void (await nameAll(String(beginning), response));
    const most = limitSchema.safeParse(limit);
    if (!most.success) return tell(response, 400, `limit must be a number from 1 to ${MOST_SESSIONS}.`);
    const { sessions, complete } = await inspection.sessions(most.data);
    response.json({ sessions: sessions.map(shown), complete });
  });
  app.get('/sessions/:session', async (request, response) => {
    const id = await idOf(request, response);
    const session = id && (await inspection.session(id));
    if (session) response.json(shown(session));
    else if (id) gone(response);
  });
  app.get('/sessions/:session/messages', async (request, response) => {
    const { once, contents } = request.query;
    const id = await idOf(request, response);
    if (id) await sendMessages(response, inspection, id, { once: once === '1', contents: contents === '1' });
  });
  app.delete('/sessions/:session', async (request, response) => {
    const id = await idOf(request, response);
    const pods = id && (await endSession(store, id));
    if (id && pods !== undefined) {
      log.info({ session: shortHash(id), pods }, 'an operator has ended a session');
      response.json({ pods });
    } else if (id) gone(response);
  });
  app.use((_request, response) => tell(response, 404, 'The admin port has /pods and /sessions.'));
  app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    if (error instanceof AnypodError) return tell(response, 503, error.message);
    if ((error as { status?: number }).status === 400) return tell(response, 400, 'The address cannot be read.');
    log.warn({ err: error }, 'a request of an operator failed');
    if (response.headersSent) response.destroy();
    else tell(response, 500, 'The pod has failed; its log says why.');
  });
  return app;

  async function nameAll(beginning: string, response: Response): Promise<void> {
    const found = readBeginning(beginning) === undefined ? [] : await inspection.find(beginning);
    response.json({ sessions: found.map(shortId) });
  }

  /** The id of the session that the address names. Undefined: the answer says why there is none. */
  async function idOf({ params }: Request, response: Response): Promise<string | undefined> {
    const beginning = readBeginning(String(params['session']));
    if (beginning === undefined) return void tell(response, 400, 'Name a session by at least 4 characters of its id.');
    const [id, other] = await inspection.find(beginning);
    if (id === undefined) return void gone(response);
    if (other !== undefined) return void tell(response, 409, 'Several sessions begin like that.');
    return id;
  }
}

/** Compares hashes, so that its time says nothing of the token. */
function hasToken({ headers }: Request, token: string): boolean {
  const [, given = ''] = /^bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string) => createHash('sha256').update(text).digest();

const shown = <S extends SessionFacts>(session: S): S => ({ ...withHash(session), id: shortId(session.id) });

const gone = (response: Response): void => tell(response, 404, 'There is no such session.');

function tell(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}
