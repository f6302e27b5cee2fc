import { readFileSync } from 'node:fs';
import { AnypodError } from 'anypod/operate';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { html } from 'hono/html';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Access } from './access/access.ts';
import { loginRoutes } from './access/login-routes.ts';
import { page } from './pages/layout.ts';
import { type ConsoleParts, redisFault, type Visit } from './parts.ts';
import { podRoutes } from './routes/pod-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { taskRoutes } from './routes/task-routes.ts';

const MOST_FORM_BYTES = 16 * 1024;

const SECURITY = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    imgSrc: ['data:'],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  // The proxy that has TLS decides.
  strictTransportSecurity: false,
});

/** The console as an HTTP application. */
export function createConsole(parts: ConsoleParts): Hono<Visit> {
  const app = new Hono<Visit>();
  app.get('/livez', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => context.text('ok\n'));
  app.use(SECURITY);
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  for (const [path, type] of [
    ['console.css', 'text/css'],
    ['console.js', 'text/javascript'],
  ] as const) {
    const text = readFileSync(new URL(`../assets/${path}`, import.meta.url), 'utf8');
    const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'max-age=300' };
    app.get(`/${path}`, (context) => context.body(text, 200, headers));
  }
  app.use(bodyLimit({ maxSize: MOST_FORM_BYTES }));
  app.use(csrf({ origin: (origin, context) => hostOf(origin) === context.req.header('host') }));
  app.route('/', loginRoutes(parts));
  app.use(requireLogin(parts.access));
  app.route('/', podRoutes(parts));
  app.route('/', sessionRoutes(parts));
  app.route('/', taskRoutes(parts));
  app.notFound((context) => {
    const visitor = context.get('visitor');
    if (visitor === undefined) return context.text('There is no such page.\n', 404);
    return context.html(page({ title: 'No such page', place: '', visitor }, html`<p>Use the links above.</p>`), 404);
  });
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    const visitor = context.get('visitor');
    const known = error instanceof AnypodError;
    if (!known) parts.log.error({ err: error }, 'a page failed');
    const fault = known ? redisFault(error) : 'The console failed. Its log says why.';
    const status = known && error.code === 'store_unavailable' ? 503 : 500;
    if (visitor === undefined) return context.text(`${fault}\n`, status);
    return context.html(page({ title: 'Not now', place: '', visitor, fault }, html``), status);
  });
  return app;
}

function requireLogin(access: Access): MiddlewareHandler<Visit> {
  return async (context, next) => {
    const visitor = await access.visitorOf(context);
    if (visitor === undefined) {
      const to = context.req.method === 'GET' ? `?to=${encodeURIComponent(context.req.path)}` : '';
      return context.redirect(`/login${to}`, 303);
    }
    context.set('visitor', visitor);
    await next();
    return undefined;
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
