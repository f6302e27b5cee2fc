import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import { loginPage } from '../pages/layout.ts';
import type { ConsoleParts } from '../parts.ts';
import { isOwnForm } from './access.ts';

/** How long a wrong password waits for its answer, in ms. */
const WRONG_MS = 1000;

/** The login and the logout. */
export function loginRoutes({ access, log }: Pick<ConsoleParts, 'access' | 'log'>): Hono {
  const app = new Hono();
  app.get('/login', (context) => context.html(loginPage(pathOf(context.req.query('to')))));

  app.post('/login', async (context) => {
    const { password, to } = await context.req.parseBody();
    const role = access.roleOf(typeof password === 'string' ? password : '');
    if (role === undefined) {
      log.warn({}, 'a login with a wrong password');
      await delay(WRONG_MS);
      return context.html(loginPage(pathOf(to), 'This is not the password.'), 401);
    }
    await access.login(context, role);
    log.info({ role }, 'a login');
    return context.redirect(pathOf(to), 303);
  });

  app.post('/logout', async (context) => {
    const visitor = await access.visitorOf(context);
    const { token } = await context.req.parseBody();
    if (visitor !== undefined && !isOwnForm(visitor, token)) return context.text('Log out with the button.\n', 403);
    await access.logout(context);
    return context.redirect('/login', 303);
  });
  return app;
}

/** A path of the console. A page elsewhere must not be where a login leads. */
function pathOf(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])[\w/.~%-]*$/.test(to) ? to : '/';
}
