import type { Caller } from '../../core/caller.ts';
import { isRequest, type JsonRpcMessage } from '../../core/json/json-rpc.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import { Limited, overloaded } from '../../core/limited.ts';
import type { Log } from '../../core/log.ts';
import type { Signer } from '../../core/signer.ts';
import type { Bucket, Quotas } from '../../core/store/quotas.ts';
import { headerOf, type Incoming } from '../request/incoming.ts';
import { idOf, methodOf } from '../request/messages.ts';
import { refusalOf } from './account-limits.ts';
import { type Account, createAccounts } from './accounts.ts';
import { type LimitSettings, limitsCallers, limitsRates, limitsTenants } from './limit-options.ts';
import type { MeteredReply } from './metered-reply.ts';
import { createOverload, type Load, type Overload } from './overload.ts';
import { createRateLimiter } from './rate-limiter.ts';

export interface LimitParts {
  /** Names callers and tenants in the store. */
  readonly signer: Signer;
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
  /** When it is known who calls. Undefined: there are no limits for callers and tenants. */
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

export function createLimits(settings: LimitSettings, parts: LimitParts): Limits {
  const load: Load = { calls: 0, streams: 0, listens: 0 };
  const overload: Overload = createOverload({ ...settings, load, now: parts.now });
  const { maxCalls, maxSubscriptions } = settings;
  const accountsOf = createAccounts(settings, parts.signer, parts.now);
  const requireRate = limitsRates(settings) ? createRequireRate(parts) : undefined;

  async function enter(incoming: Incoming, reply: MeteredReply, resumes: boolean): Promise<Incoming> {
    const accounts = accountsOf(incoming.caller);
    for (const account of accounts) account.entering += 1;
    try {
      const isPost = incoming.method === 'POST';
      if (requireRate !== undefined) await requireRate(accounts, resumes ? 'resumes' : 'calls', 1, isPost ? 0 : 1);
      if (isPost) requireRoomForCall(accounts, incoming, reply);
      reply.countFor(accounts);
    } finally {
      for (const account of accounts) account.entering -= 1;
    }
    return incoming.as(named(incoming.caller, accounts));
  }

  return {
    load,
    arrive(incoming, reply, resumes) {
      const refusal = overload.refusal();
      if (refusal === undefined || resumes || incoming.method === 'DELETE') return;
      refuseUnlessRead(incoming, reply, refusal, maxCalls === 0 || load.calls <= 2 * maxCalls);
    },
    enter: limitsCallers(settings) || limitsTenants(settings) ? enter : undefined,
    read(body, reply, continues) {
      if (Array.isArray(body) && body.length > settings.maxBatch) throw tooManyMessages(settings.maxBatch);
      if (reply.refusal !== undefined && asks(body) && !continues()) throw reply.refusal;
      const messages = Array.isArray(body) ? Math.max(1, body.length) : 1;
      if (requireRate === undefined || (messages === 1 && reply.accounts.length < 2)) return undefined;
      return requireRate(reply.accounts, 'calls', messages - 1, messages);
    },
    openStream(reply, resumes) {
      if (!resumes) requireRoomForStream(settings, load, reply.accounts);
      reply.countStream();
    },
    listen(body, reply) {
      requireFewResources(body, settings.subscriptionLimit);
      requireRoomForStream(settings, load, reply.accounts);
      if (load.listens >= maxSubscriptions)
        throw overloaded('This pod has as many subscriptions/listen streams as it may have. Try again shortly.');
      reply.countStream(true);
    },
    stop: () => overload.stop(),
  };
}

/** The caller, with the names under which the store counts its use. */
function named(caller: Caller, accounts: readonly Account[]): Caller {
  let result = caller;
  for (const { limits, key } of accounts) result = { ...result, [limits.member]: key };
  return result;
}

/** Takes `own` requests from a bucket of the first account, and `others` from those of the others. */
type RequireRate = (accounts: readonly Account[], bucket: Bucket, own: number, others: number) => Promise<void>;

/**
 * The accounts are asked one after the other, so nothing is taken from a tenant when its caller is refused. For a POST, the tenant is asked when the body
 * is known, so a caller above its calls, or with a batch above its rate, costs its tenant nothing either. The store cannot give back what a caller's bucket
 * gave before the tenant's refused. So an account whose bucket is known to be empty refuses first, and a tenant above its rate costs its callers only
 * the requests that were on their way when its bucket became empty.
 */
function createRequireRate(parts: LimitParts): RequireRate {
  const take = createRateLimiter(parts);
  const waitOf = ({ buckets }: Account, bucket: Bucket, requests: number) =>
    buckets === undefined || requests === 0 ? 0 : take(buckets[bucket], requests);
  return async (accounts, bucket, own, others) => {
    const asked = own === 0 ? accounts.slice(1) : accounts;
    for (const account of asked) refuseFor(account, account.emptyUntil(bucket) - parts.now());
    for (const account of asked) {
      const wait = waitOf(account, bucket, account === accounts[0] ? own : others);
      refuseFor(account, typeof wait === 'number' ? wait : await wait);
    }
  };
}

function refuseFor({ limits }: Account, retryAfterMs: number): void {
  if (retryAfterMs > 0) throw refusalOf(limits, 'rate', retryAfterMs);
}

function requireRoomForCall(accounts: readonly Account[], incoming: Incoming, reply: MeteredReply): void {
  for (const { calls, limits } of accounts) {
    if (limits.calls === 0 || calls < limits.calls) continue;
    refuseUnlessRead(incoming, reply, refusalOf(limits, 'calls'), calls < 2 * limits.calls);
  }
}

function requireRoomForStream({ maxStreams }: LimitSettings, load: Load, accounts: readonly Account[]): void {
  for (const { streams, limits } of accounts)
    if (limits.streams > 0 && streams >= limits.streams) throw refusalOf(limits, 'streams');
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
