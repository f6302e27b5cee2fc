import { type Inspection, readBeginning, type SessionSearch, shortHash, shortId } from 'anypod/operate';
import { type Context, Hono } from 'hono';
import { page } from '../pages/layout.ts';
import { nothingView, STREAMS_SHOWN, sessionsView, sessionView } from '../pages/sessions.ts';
import type { ConsoleParts, Visit } from '../parts.ts';
import { requireOperator } from './operate-form.ts';

const MOST_TEXT = 200;
/** Where a page begins: pattern, server and cursor. */
const PLACE = /^\d{1,3}\/\d{1,4}-\d{1,20}$/;

/** The list of sessions, and a page for each. */
export function sessionRoutes({ looking, acting, log }: ConsoleParts): Hono<Visit> {
  const app = new Hono<Visit>();

  app.get('/sessions', async (context) => {
    const { by, q = '', after, ended } = context.req.query();
    const search: SessionSearch = {
      by: by === 'principal' || by === 'client' ? by : 'id',
      text: q.trim().slice(0, MOST_TEXT),
    };
    const found = await looking.page(search, after !== undefined && PLACE.test(after) ? after : undefined);
    const done = readBeginning(ended) === undefined ? undefined : `The session ${ended} has ended.`;
    const layout = { title: 'Sessions', place: '/sessions', visitor: context.get('visitor'), done };
    return context.html(page(layout, sessionsView(found, search)));
  });

  app.get('/sessions/:name', async (context) => {
    const id = await oneOf(looking, context.req.param('name'));
    if (typeof id !== 'string') return nothing(context, id.why);
    const session = await looking.session(id, STREAMS_SHOWN);
    if (session === undefined) return nothing(context, 'The session has ended.');
    const events = await looking.events(id);
    const visitor = context.get('visitor');
    const layout = { title: `Session ${shortId(id)}`, place: '/sessions', visitor, live: true };
    return context.html(page(layout, sessionView(session, events, visitor)));
  });

  app.post('/sessions/:name/end', requireOperator, async (context) => {
    const id = await oneOf(looking, context.req.param('name'));
    if (typeof id !== 'string') return nothing(context, id.why);
    const pods = await acting.end(id);
    if (pods === undefined) return nothing(context, 'The session has ended already.');
    log.info({ session: shortHash(id), pods }, 'an operator has ended a session');
    return context.redirect(`/sessions?ended=${encodeURIComponent(shortId(id))}`, 303);
  });
  return app;
}

/** The one session whose id begins like that, or why there is none. */
async function oneOf(looking: Inspection, name: string): Promise<string | { readonly why: string }> {
  const beginning = readBeginning(name);
  if (beginning === undefined) return { why: 'This is not the beginning of a session’s id.' };
  const [id, other] = await looking.find(beginning);
  if (id === undefined) return { why: 'No session begins like this. It has ended, or never was.' };
  return other === undefined ? id : { why: 'Several sessions begin like this.' };
}

function nothing(context: Context<Visit>, why: string): Response | Promise<Response> {
  const layout = { title: 'No such session', place: '/sessions', visitor: context.get('visitor') };
  return context.html(page(layout, nothingView(why, '/sessions', 'All sessions')), 404);
}
