import type { MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import { isOwnForm } from '../access/access.ts';
import { page } from '../pages/layout.ts';
import type { Visit } from '../parts.ts';

/** Lets only operators pass, and only with a form of their own page. */
export const requireOperator: MiddlewareHandler<Visit> = async (context, next) => {
  const visitor = context.get('visitor');
  const { token } = await context.req.parseBody();
  const why =
    visitor.role !== 'operator'
      ? 'This needs the password of operators.'
      : isOwnForm(visitor, token)
        ? undefined
        : 'The form is not from this login. Go back, load the page again and repeat it.';
  if (why === undefined) {
    await next();
    return undefined;
  }
  return context.html(page({ title: 'Not allowed', place: '', visitor, fault: why }, html``), 403);
};
