/**
 * anypod as Vercel functions, over their web signature. Also for other platforms with that signature whose functions have a time limit.
 * @module anypod/vercel
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createInvocations, type ServerlessOptions } from './invocations.ts';

export type { ServerlessOptions } from './invocations.ts';

export interface VercelOptions extends ServerlessOptions {
  /** The `maxDuration` of the function, in ms. */
  readonly maxDurationMs: number;
  /** That of `@vercel/functions`. With it, an answer in JSON need not wait until its pod has left. */
  readonly waitUntil?: (promise: Promise<unknown>) => void;
  /** The environment's `CRON_SECRET`, which Vercel sends with each call of a cron job. Default: nobody may call `work`. */
  readonly cronSecret?: string | undefined;
}

export interface VercelFunction {
  /** Serves one request. Never rejects because of it. */
  fetch(request: Request): Promise<Response>;
  /** Runs queued tasks while there are any, for a cron job. 401 without the secret. */
  work(request: Request): Promise<Response>;
}

export function createVercelFunction(options: VercelOptions): VercelFunction {
  const { maxDurationMs: limitMs, waitUntil, cronSecret, ...own } = options;
  const invocations = createInvocations(own);
  return {
    async fetch(request) {
      const { response, left } = await invocations.serve(request, { limitMs });
      if (waitUntil !== undefined) waitUntil(left);
      else if (!response.headers.get('content-type')?.startsWith('text/event-stream')) await left;
      return response;
    },
    async work(request) {
      if (!isSecret(request.headers.get('authorization'), cronSecret)) return new Response(null, { status: 401 });
      await invocations.work(limitMs);
      return new Response(null, { status: 204 });
    },
  };
}

function isSecret(authorization: string | null, secret: string | undefined): boolean {
  if (!secret) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${secret}`));
}
