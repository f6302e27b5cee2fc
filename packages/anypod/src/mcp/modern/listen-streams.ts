import type { AgeLimit } from '../../core/age-limit.ts';
import { type AuthInfo, principalOf } from '../../core/caller.ts';
import { type Change, concerns } from '../../core/store/change-log.ts';
import type { McpHandler, ServerEventBus } from '../sdk/sdk.ts';

export interface ListenStreamsOptions {
  readonly bus: ServerEventBus;
  readonly maxSubscriptions: number;
  readonly ageLimit: AgeLimit;
  createHandler(bus: ServerEventBus, maxSubscriptions: number): McpHandler;
}

/** The `subscriptions/listen` streams of this pod. */
export interface ListenStreams {
  readonly serve: McpHandler['fetch'];
  /** Ends all streams, each with its final result. Streams that come later end at once. */
  end(): void;
}

/** Each stream has its own handler, because the SDK ends streams only together with their handler, and old streams must end before others. */
export function createListenStreams(options: ListenStreamsOptions): ListenStreams {
  const { bus, maxSubscriptions, ageLimit, createHandler } = options;
  const open = new Set<() => void>();
  let ended = false;

  return {
    async serve(request, options) {
      // If `close` fails, the stream has already ended.
      const end = () => void handler.close().catch(() => undefined);
      // The SDK subscribes once per stream, and unsubscribes when it has ended.
      const subscribe: ServerEventBus['subscribe'] = (listener) => {
        open.add(end);
        const forget = ageLimit.watch(end);
        const expiry = endAt(options?.authInfo, end);
        const principal = principalOf(options?.authInfo as AuthInfo | undefined);
        const unsubscribe = bus.subscribe((event) => {
          if (concerns(event as Change, principal)) listener(event);
        });
        if (ended) queueMicrotask(end);
        return () => {
          unsubscribe();
          forget();
          clearTimeout(expiry);
          open.delete(end);
        };
      };
      const handler = createHandler({ ...bus, subscribe }, maxSubscriptions - open.size);
      const response = await handler.fetch(request, options);
      // Without this, a client that listens again could reach this pod again, on a connection that it has kept.
      response.headers.set('connection', 'close');
      return response;
    },
    end() {
      ended = true;
      for (const end of open) end();
    },
  };
}

/** The longest time for which Node's timers can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `end` when the caller's token expires. */
function endAt(authInfo: unknown, end: () => void): NodeJS.Timeout | undefined {
  const { expiresAt } = (authInfo ?? {}) as Partial<AuthInfo>;
  if (typeof expiresAt !== 'number') return undefined;
  return setTimeout(end, Math.min(MAX_TIMER_MS, Math.max(0, expiresAt * 1000 - Date.now()))).unref();
}
