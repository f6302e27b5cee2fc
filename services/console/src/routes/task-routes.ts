import { type Inspection, shortId } from 'anypod/operate';
import { type Context, Hono } from 'hono';
import { page } from '../pages/layout.ts';
import { nothingView } from '../pages/sessions.ts';
import { tasksView, taskView } from '../pages/tasks.ts';
import type { ConsoleParts, Visit } from '../parts.ts';
import { requireOperator } from './operate-form.ts';

const PER_PAGE = 50;
/** Where a page begins: the time to which tasks are kept, and how many of that time came before. */
const PLACE = /^[\d.e+]{1,24}\/\d{1,6}$/;
const BEGINNING = /^[\w-]{4,64}$/;

/** The list of tasks, and a page for each. */
export function taskRoutes({ looking, acting, log }: ConsoleParts): Hono<Visit> {
  const app = new Hono<Visit>();

  app.get('/tasks', async (context) => {
    const { after, cancelled } = context.req.query();
    const { tasks, next } = await looking.tasks(PER_PAGE, after !== undefined && PLACE.test(after) ? after : undefined);
    const done =
      cancelled !== undefined && BEGINNING.test(cancelled) ? `The task ${cancelled} is cancelled.` : undefined;
    const layout = { title: 'Tasks', place: '/tasks', visitor: context.get('visitor'), live: true, done };
    return context.html(page(layout, tasksView(tasks, next)));
  });

  app.get('/tasks/:name', async (context) => {
    const id = await oneOf(looking, context.req.param('name'));
    if (typeof id !== 'string') return nothing(context, id.why);
    const task = await looking.task(id);
    if (task === undefined) return nothing(context, 'The task is not kept any more.');
    const visitor = context.get('visitor');
    const layout = { title: `Task ${shortId(id)}`, place: '/tasks', visitor, live: true };
    return context.html(page(layout, taskView(task, visitor)));
  });

  app.post('/tasks/:name/cancel', requireOperator, async (context) => {
    const id = await oneOf(looking, context.req.param('name'));
    if (typeof id !== 'string') return nothing(context, id.why);
    if (!(await acting.cancel(id))) return nothing(context, 'The task has ended already.');
    log.info({ task: shortId(id) }, 'an operator has cancelled a task');
    return context.redirect(`/tasks?cancelled=${encodeURIComponent(shortId(id))}`, 303);
  });
  return app;
}

/** The one task whose id begins like that, or why there is none. */
async function oneOf(looking: Inspection, name: string): Promise<string | { readonly why: string }> {
  if (!BEGINNING.test(name)) return { why: 'This is not the beginning of a task’s id.' };
  const [id, other] = await looking.findTasks(name);
  if (id === undefined) return { why: 'No task begins like this. It is not kept any more, or never was.' };
  return other === undefined ? id : { why: 'Several tasks begin like this.' };
}

function nothing(context: Context<Visit>, why: string): Response | Promise<Response> {
  const layout = { title: 'No such task', place: '/tasks', visitor: context.get('visitor') };
  return context.html(page(layout, nothingView(why, '/tasks', 'All tasks')), 404);
}
