import { LRUCache } from 'lru-cache';
import { BACKGROUND_CALLER, type Caller, principalOf } from '../../core/caller.ts';
import { isRequest, type JsonRpcMessage, type JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { Orphan, StreamKey } from '../../core/store/event-log.ts';
import { placeIn, type Step } from '../../core/traces.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { SessionCache } from '../sessions/session-cache.ts';
import { Exchange } from '../streams/exchange.ts';
import type { Followers } from '../streams/followers.ts';
import { OwnedStream } from '../streams/owned-stream.ts';
import { createStandingSink } from '../streams/standing-reply.ts';
import { readRequests, type StoredRequests } from '../streams/stored-requests.ts';
import { enteredAgain } from './reentry.ts';
import { mayRerun, type Safety, safetyOf } from './rerun-rule.ts';

type Requests = readonly [JsonRpcRequest, ...JsonRpcRequest[]];

const SWEEPS_PER_LEASE = 4;
const REMEMBERED = 10_000;

/**
 * Ends the exchanges of dead pods. Runs them again if that is safe and allowed. Otherwise answers that the pod was lost. Any pod may do it. The log
 * lets only the first one.
 */
export class Orphans {
  readonly #context: PodContext;
  readonly #sessions: SessionCache;
  readonly #followers: Followers;
  #timer: NodeJS.Timeout | undefined;
  #sweeping = false;
  /** Dead pod, session and stream (JSON) of each exchange that this pod has taken over, or that another pod had taken before. */
  readonly #inherited = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(context: PodContext, sessions: SessionCache, followers: Followers) {
    this.#context = context;
    this.#sessions = sessions;
    this.#followers = followers;
  }

  start(): void {
    const { leaseMs } = this.#context.options;
    this.#timer = setInterval(() => this.#tick(), leaseMs / SWEEPS_PER_LEASE).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes over the exchanges of a pod that has announced that it leaves. */
  async inheritFrom(pod: string): Promise<void> {
    const dead = await this.#context.store.pods.dead();
    if (dead.includes(pod)) await this.#takeOverFrom(pod);
  }

  /**
   * Begins a sweep, but only if this pod has held its own lease long enough without a break. In an outage of the store all leases run out
   * together, so an expired lease is then no evidence that a pod is dead.
   */
  #tick(): void {
    if (this.#sweeping || !this.#context.mayJudge() || !this.#mayFind()) return;
    this.#sweeping = true;
    const sweep = this.#sweep().finally(() => {
      this.#sweeping = false;
    });
    this.#context.background.run('take over', sweep);
  }

  /**
   * Takes over the exchanges of all dead pods. An outage may have delayed the store's answer, and living pods could not renew during it. So the answer
   * counts only if this pod held its lease all the time.
   */
  async #sweep(): Promise<void> {
    const { store, pod, heldSince, mayJudge } = this.#context;
    const since = heldSince();
    for (const dead of await store.pods.dead()) {
      if (!mayJudge() || heldSince() !== since) return;
      if (dead !== pod) await this.#takeOverFrom(dead);
    }
  }

  async #takeOverFrom(dead: string): Promise<void> {
    const { store, departed, tasks, options } = this.#context;
    for (const key of await store.ownership.of(dead)) {
      // The pods that remain take it over.
      if (departed()) return;
      if (this.#mayFind(key)) await this.#inherit(dead, key);
    }
    // What it has not taken is left to pods that live longer.
    if (options.transient) return;
    await tasks?.inherit(dead);
    await store.pods.forget(dead);
  }

  /** A pod that lives for a request takes over only what its clients wait for, because it would soon leave the rest again. */
  #mayFind(key?: StreamKey): boolean {
    return !this.#context.options.transient || this.#followers.has(key);
  }

  /** Takes over one exchange, but never twice: sweeps may be repeated, or run at the same time as `inheritFrom`. */
  async #inherit(dead: string, key: StreamKey): Promise<void> {
    const name = JSON.stringify([dead, key.session, key.stream]);
    if (this.#inherited.has(name)) return;
    this.#inherited.set(name, true);
    try {
      await this.#takeOver(dead, key);
    } catch (error) {
      this.#inherited.delete(name);
      throw error;
    }
  }

  async #takeOver(dead: string, key: StreamKey): Promise<void> {
    const { store, pod, background, log } = this.#context;
    // This pod notes it as its own first. If this pod dies too, the next one finds it.
    await store.ownership.add(pod, key);
    const orphan = await store.events.takeOver(key, dead, pod);
    if (orphan === undefined) {
      await store.ownership.remove(pod, key);
      return;
    }
    log.warn({ pod: dead, stream: key.stream, takeOvers: orphan.takeOvers }, 'took over an exchange of a lost pod');
    background.run('finish orphan', this.#finish(key, orphan));
  }

  async #finish(key: StreamKey, orphan: Orphan): Promise<void> {
    const { meter } = this.#context;
    const stored = readRequests(orphan.requests);
    const stream = OwnedStream.adopt(this.#context, this.#followers, key, stored, orphan);
    // This pod owns the exchange now, and no other pod would end it. So it waits until the store is back.
    const live = await retryWhileStoreAway(this.#context, async () => this.#sessions.take(key.session));
    if (live?.session.record.transport === 'sse') {
      stream.sendTo(createStandingSink(this.#context, (data) => live.stand(data)));
    }
    const [first, ...others] = unanswered(stored.requests, [...orphan.events, ...(await this.#standing(live))]);
    if (first === undefined || live === undefined) {
      meter.orphanEnded('finished');
      stream.finish();
      if (live !== undefined) this.#sessions.release(live);
      return;
    }
    try {
      const left = { ...stored, requests: [first, ...others] as const };
      const again = others.length > 0 ? undefined : await this.#enteredAgain(live, key, left, orphan, stream);
      if (again === undefined) await this.#rerunOrRefuse(live, left, stream, orphan.takeOvers);
      else await this.#rerun(live, [again], stream, callerOf(stored));
    } finally {
      this.#sessions.release(live);
    }
  }

  /** What the client of HTTP+SSE has on its stream: the lost pod may have sent an answer there that the log of the exchange does not have. */
  async #standing(live: LiveSession | undefined): Promise<readonly { readonly data: string }[]> {
    if (live?.session.record.transport !== 'sse') return [];
    const read = await retryWhileStoreAway(this.#context, () => this.#context.store.standing.read(live.id, '0-0'));
    return read?.events ?? [];
  }

  /** The request with which a call goes on that only waited for answers. Undefined: it did not, or it needs credentials that are not stored. */
  async #enteredAgain(
    live: LiveSession,
    key: StreamKey,
    { requests: [request], authInfo }: StoredRequests,
    orphan: Orphan,
    stream: OwnedStream,
  ): Promise<JsonRpcRequest | undefined> {
    if (live.session.record.principal !== principalOf(authInfo)) return undefined;
    const context = this.#context;
    const again = await retryWhileStoreAway(context, () => enteredAgain(context, key, request, orphan, stream));
    if (again !== undefined) context.meter.orphanEnded('rerun');
    return again;
  }

  async #rerunOrRefuse(live: LiveSession, left: StoredRequests, stream: OwnedStream, takeOvers: number): Promise<void> {
    const { requests } = left;
    const caller = callerOf(left);
    const safeties = await this.#judge(live, requests, caller);
    const runs = this.#mayRerun(live, safeties, takeOvers, caller);
    this.#context.meter.orphanEnded(runs ? 'rerun' : 'refused');
    if (runs) {
      await this.#rerun(live, requests, stream, caller);
      return;
    }
    for (const [index, { id }] of requests.entries()) {
      const data = { reason: 'pod_lost', retry: safeties[index] !== 'unsafe' };
      const message = 'The pod that served this request was lost before it answered.';
      stream.write(JSON.stringify(rpcError(id, RPC.internal, message, data)), index === requests.length - 1);
    }
  }

  async #judge(live: LiveSession, requests: Requests, caller: Caller): Promise<readonly Safety[]> {
    try {
      const server = await live.server(caller);
      return await Promise.all(requests.map((request) => safetyOf(request, server)));
    } catch (err) {
      this.#context.log.warn({ err }, 'the calls of a lost pod could not be judged; they are refused');
      return requests.map(() => 'unsafe');
    }
  }

  /** Whether the requests may run again. A call that needs credentials may not, unless the claims of its caller were stored with it. */
  #mayRerun(live: LiveSession, safeties: readonly Safety[], takeOvers: number, caller: Caller): boolean {
    const { rerun, rerunLimit } = this.#context.options;
    if (takeOvers > rerunLimit || live.session.record.principal !== principalOf(caller.authInfo)) return false;
    return safeties.every((safety) => mayRerun(safety, rerun));
  }

  async #rerun(live: LiveSession, requests: Requests, stream: OwnedStream, caller: Caller): Promise<void> {
    const server = await live.server(caller);
    if (this.#context.departed()) return;
    live.uses += 1;
    const step = this.#context.traces?.begin('anypod.rerun', placeIn(stream.name));
    const begin = () => this.#begin(live, server, requests, stream, caller, step);
    if (step === undefined) begin();
    else step.run(begin);
  }

  #begin(
    live: LiveSession,
    server: HostedServer,
    requests: Requests,
    stream: OwnedStream,
    caller: Caller,
    step: Step | undefined,
  ): void {
    const exchange = new Exchange(this.#context, this.#followers, {
      session: live.id,
      protocolVersion: live.session.record.protocolVersion,
      requests,
      batch: false,
      authInfo: caller.authInfo,
      to: { stream },
      onEnd: () => {
        step?.end();
        this.#sessions.release(live);
      },
      onLost: (lost) => this.#context.background.run('drop lost exchange', live.drop(lost, caller)),
    });
    for (const request of requests) {
      live.arrivals.arrived(request.id);
      const run = live.begin(exchange, request.id);
      server.request(run, request, { caller, closeStream: () => exchange.closeConnection() });
    }
  }
}

/** The requests whose response is not among the events. */
function unanswered(requests: Requests, events: readonly { readonly data: string }[]): JsonRpcRequest[] {
  const answered = new Set(
    events
      .map(({ data }) => JSON.parse(data) as JsonRpcMessage)
      .filter((message) => !('method' in message))
      .map((message) => (message as { id: unknown }).id),
  );
  return requests.filter((request) => isRequest(request) && !answered.has(request.id));
}

/** Who made the requests, as far as it is stored. */
function callerOf({ authInfo }: StoredRequests): Caller {
  return authInfo === undefined ? BACKGROUND_CALLER : { ...BACKGROUND_CALLER, authInfo };
}
