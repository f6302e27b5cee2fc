import type { PodFacts } from 'anypod/operate';
import { Hono } from 'hono';
import { page } from '../pages/layout.ts';
import { podsView } from '../pages/pods.ts';
import { type ConsoleParts, redisFault, type Visit } from '../parts.ts';

/** The first page. Without Redis it still shows what the pods themselves tell. */
export function podRoutes({ looking, watch }: Pick<ConsoleParts, 'looking' | 'watch'>): Hono<Visit> {
  const app = new Hono<Visit>();
  app.get('/', async (context) => {
    let pods: readonly PodFacts[] | undefined;
    let fault = watch?.fault;
    try {
      pods = await looking.pods();
    } catch (error) {
      fault = redisFault(error);
    }
    const layout = { title: 'Pods', place: '/', visitor: context.get('visitor'), live: true, fault };
    return context.html(page(layout, podsView(pods, watch)), pods === undefined ? 503 : 200);
  });
  return app;
}
