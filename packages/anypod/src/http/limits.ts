import { isRequest, type JsonRpcMessage } from '../core/json-rpc.ts';
import { Limited, overloaded } from '../core/limited.ts';
import type { Log } from '../core/log.ts';
import type { Quotas } from '../core/quotas.ts';
import { RPC } from '../core/rpc-error.ts';
import { POD_DEFAULTS, type PodOptions } from '../pod/context/options.ts';
import { type CallerUse, createCallers } from './callers.ts';
import { headerOf, type Incoming } from './incoming.ts';
import { idOf, methodOf } from './messages.ts';
import type { MeteredReply } from './metered-reply.ts';
import { createOverload, type Load, type Overload } from './overload.ts';
import { createRateLimiter, type TakeRequests } from './rate-limiter.ts';

/**
 * How much callers and this pod may do. A caller is a principal, or the address of an anonymous client. 0 means no limit, where it is the default or
 * where the text says so.
 */
export interface LimitOptions {
  /** Requests of one caller per minute, on all pods. Default 0. */
  readonly ratePerMinute?: number;
  /** Requests that one caller may send at once. Default 60. */
  readonly rateBurst?: number;
  /** Requests of one caller without a complete answer, on this pod. Default 0. */
  readonly callerCalls?: number;
  /** Open streams of one caller, on this pod: standing streams and `subscriptions/listen`. Default 0. */
  readonly callerStreams?: number;
  /** Calls of one caller that wait on this pod for its answers (2026-07-28). Default 0. */
  readonly callerParkedCalls?: number;
  /** Requests without a complete answer, on this pod. Above it, the pod refuses new ones. Default 10000; 0: no limit. */
  readonly maxCalls?: number;
  /** Open streams on this pod: standing streams and `subscriptions/listen`. Default 20000; 0: no limit. */
  readonly maxStreams?: number;
  /** How many `subscriptions/listen` streams may be open in this process. Default 1024. */
  readonly maxSubscriptions?: number;
  /** The pod refuses new requests while the event loop makes timers wait for longer than this, in ms. Default 1000; 0: no limit. */
  readonly maxLoopDelayMs?: number;
  /** How many resources a session, and a `subscriptions/listen`, may subscribe to. Give the store the same number. Default 1000. */
  readonly subscriptionLimit?: number;
  /** How many messages a batch may have (2025-03-26). Default 100. */
  readonly maxBatch?: number;
}

export type LimitSettings = Required<LimitOptions & Pick<PodOptions, 'callerSessions'>>;

export const LIMIT_DEFAULTS: LimitSettings = {
  ratePerMinute: 0,
  rateBurst: 60,
  callerCalls: 0,
  callerStreams: 0,
  callerSessions: POD_DEFAULTS.callerSessions,
  callerParkedCalls: 0,
  maxCalls: 10_000,
  maxStreams: 20_000,
  maxSubscriptions: 1024,
  maxLoopDelayMs: 1000,
  subscriptionLimit: 1000,
  maxBatch: 100,
};

/** Whether callers are told apart, so that the pod must know their addresses. */
export function limitsCallers(settings: LimitSettings): boolean {
  const { callerCalls, callerStreams, callerSessions, callerParkedCalls, ratePerMinute } = settings;
  return callerCalls + callerStreams + callerSessions + callerParkedCalls + ratePerMinute > 0;
}

export interface LimitParts {
  readonly quotas: Quotas;
  readonly insurance: Quotas;
  readonly log: Log;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Decides whether there is room for a request. Every method but `stop` throws `Limited` if there is none. */
export interface Limits {
  /** What is open on this pod. */
  readonly load: Load;
  /** Before anything is read. `resumes`: the request continues what was accepted. A body that may do so is read first: see `MeteredReply.refusal`. */
  arrive(incoming: Incoming, reply: MeteredReply, resumes: boolean): void;
  /** When it is known who calls. Undefined: there are no limits for callers. */
  readonly enter: ((incoming: Incoming, reply: MeteredReply, resumes: boolean) => Promise<Incoming>) | undefined;
  /** When the body is known. `continues` tells whether it continues a call that was accepted. */
  read(body: unknown, reply: MeteredReply, continues: () => boolean): void | Promise<void>;
  /** Before a stream opens that may stay open for long. */
  openStream(reply: MeteredReply, resumes: boolean): void;
  /** Before a `subscriptions/listen`. */
  listen(body: unknown, reply: MeteredReply): void;
  stop(): void;
}

/** A pod that has too much to do still reads bodies of this size, because they may be answers, cancellations and later rounds of accepted calls. */
const SMALL_BYTES = 64 * 1024;
/** How long a caller waits that has too much open, in ms. */
const OPEN_RETRY_MS = 1000;

export function createLimits(settings: LimitSettings, parts: LimitParts): Limits {
  const load: Load = { calls: 0, streams: 0, listens: 0 };
  const overload: Overload = createOverload({ ...settings, load, now: parts.now });
  const { callerCalls, maxCalls, ratePerMinute, maxSubscriptions } = settings;
  const take = ratePerMinute === 0 ? undefined : createTake(settings, parts);
  const useOf = createCallers(parts.now);

  async function enter(incoming: Incoming, reply: MeteredReply, resumes: boolean): Promise<Incoming> {
    const use = useOf(incoming.caller);
    if (take !== undefined) await requireRate(take, use, resumes ? 'resumes' : 'calls', 1);
    if (callerCalls > 0 && use.calls >= callerCalls && incoming.method === 'POST') {
      const message = `You have ${callerCalls} requests that are not answered. Wait until one is.`;
      const refusal = new Limited(429, 'call_limit', message, { retryAfterMs: OPEN_RETRY_MS });
      refuseUnlessRead(incoming, reply, refusal, use.calls < 2 * callerCalls);
    }
    reply.countFor(use);
    return { ...incoming, caller: { ...incoming.caller, quotaKey: use.key } };
  }

  return {
    load,
    arrive(incoming, reply, resumes) {
      const refusal = overload.refusal();
      if (refusal === undefined || resumes || incoming.method === 'DELETE') return;
      refuseUnlessRead(incoming, reply, refusal, maxCalls === 0 || load.calls <= 2 * maxCalls);
    },
    enter: limitsCallers(settings) ? enter : undefined,
    read(body, reply, continues) {
      if (Array.isArray(body) && body.length > settings.maxBatch) throw tooManyMessages(settings.maxBatch);
      if (reply.refusal !== undefined && asks(body) && !continues()) throw reply.refusal;
      if (take === undefined || reply.use === undefined || !Array.isArray(body) || body.length < 2) return undefined;
      return requireRate(take, reply.use, 'calls', body.length - 1);
    },
    openStream(reply, resumes) {
      if (!resumes) requireRoomForStream(settings, load, reply.use);
      reply.countStream();
    },
    listen(body, reply) {
      requireFewResources(body, settings.subscriptionLimit);
      requireRoomForStream(settings, load, reply.use);
      if (load.listens >= maxSubscriptions)
        throw overloaded('This pod has as many subscriptions/listen streams as it may have. Try again shortly.');
      reply.countStream(true);
    },
    stop: () => overload.stop(),
  };
}

function createTake({ ratePerMinute, rateBurst }: LimitSettings, parts: LimitParts): TakeRequests {
  return createRateLimiter({ ...parts, rate: { intervalMs: 60_000 / ratePerMinute, burst: rateBurst } });
}

async function requireRate(
  take: TakeRequests,
  { key, buckets }: CallerUse,
  bucket: 'calls' | 'resumes',
  requests: number,
): Promise<void> {
  const taken = take(key, bucket, buckets[bucket], requests);
  const retryAfterMs = typeof taken === 'number' ? taken : await taken;
  if (retryAfterMs === 0) return;
  throw new Limited(429, 'rate_limit', 'You send requests faster than you may. Wait as long as Retry-After says.', {
    retryAfterMs,
  });
}

function requireRoomForStream(
  { maxStreams, callerStreams }: LimitSettings,
  load: Load,
  use: CallerUse | undefined,
): void {
  if (callerStreams > 0 && use !== undefined && use.streams >= callerStreams) {
    const message = `You have ${callerStreams} open streams on this pod. Close one first.`;
    throw new Limited(429, 'stream_limit', message, { retryAfterMs: OPEN_RETRY_MS });
  }
  if (maxStreams > 0 && load.streams >= maxStreams)
    throw overloaded('This pod has as many open streams as it may have. Try again shortly.');
}

function tooManyMessages(most: number): Limited {
  const message = `A batch holds at most ${most} messages. Send several POSTs.`;
  return new Limited(400, 'batch_too_large', message, { code: RPC.invalidRequest });
}

function requireFewResources(body: unknown, most: number): void {
  const { params } = body as { params?: { notifications?: { resourceSubscriptions?: unknown } } };
  const wanted = params?.notifications?.resourceSubscriptions;
  if (!Array.isArray(wanted) || wanted.length <= most) return;
  const message = `A stream subscribes to at most ${most} resources. Name fewer, or open another stream.`;
  throw new Limited(429, 'subscription_limit', message, { id: idOf(body) });
}

/**
 * Throws `refusal`, unless the body says that it is small, and there is `room` to read it. Then it is read first, because it may belong to an accepted call. There
 * is room for as many bodies as for calls, so clients that send small bodies slowly cannot pile up.
 */
function refuseUnlessRead({ method, caller }: Incoming, reply: MeteredReply, refusal: Limited, room: boolean): void {
  const length = headerOf(caller, 'content-length');
  if (!room || method !== 'POST' || length === undefined || !(Number(length) <= SMALL_BYTES)) throw refusal;
  reply.refusal ??= refusal;
}

/** Whether a body asks for something new. Answers and notifications belong to what was accepted, and so do questions about a task. */
function asks(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(asks);
  if (typeof body !== 'object' || body === null || !isRequest(body as JsonRpcMessage)) return false;
  const method = methodOf(body);
  return !method.startsWith('tasks/') || method === 'tasks/list';
}
