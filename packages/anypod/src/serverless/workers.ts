/**
 * anypod on Cloudflare Workers. Calls of 2026-07-28 run in the Worker, each with connections of its own. Sessions are served by pods in Durable
 * Objects, because only there connections may outlive a request.
 * @module anypod/workers
 */
import { FIRST_MODERN_VERSION } from '../core/session/protocol-version.ts';
import { createInvocations, type Invocations, type ServerlessOptions } from './invocations.ts';
import { SharedPod } from './shared-pod.ts';

export type { ServerlessOptions } from './invocations.ts';

/** The binding of a Durable Object class, as anypod uses it. */
export interface ObjectNamespace {
  idFromName(name: string): never;
  get(id: never): { fetch(request: Request): Promise<Response> };
}

/** The part of an object's state that anypod uses. */
export interface ObjectState {
  readonly storage: { setAlarm(at: number): Promise<void> };
}

/** The part of a Worker's context that anypod uses. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}

export interface WorkersOptions<Env> {
  /** The options, made of the Worker's bindings. `openStore` must open a client of its own, and close it in `close`. */
  options(env: Env): ServerlessOptions;
  /** The binding of the Durable Object class. */
  pods(env: Env): ObjectNamespace;
  /** How many Durable Objects share the sessions. Default 8. */
  readonly shards?: number;
  /** How long an object keeps its pod and connections without requests, in ms. Default 10000. */
  readonly idleMs?: number;
}

/** What the Worker's module exports. */
export interface Workers<Env> {
  readonly worker: { fetch(request: Request, env: Env, context: WorkerContext): Promise<Response> };
  /** The Durable Object class. */
  readonly Pods: new (
    state: ObjectState,
    env: Env,
  ) => { fetch(request: Request): Promise<Response>; alarm(): Promise<void> };
}

/** The object that runs tasks. No request from outside reaches it. */
const WORKER = 'worker';

/** The platform stops an alarm after 15 minutes. */
const WORK_MS = 14 * 60 * 1000;

export function createWorkers<Env>(workers: WorkersOptions<Env>): Workers<Env> {
  const { shards = 8, idleMs = 10_000 } = workers;
  let known: Invocations | undefined;

  const object = (env: Env, name: string) => {
    const pods = workers.pods(env);
    return pods.get(pods.idFromName(name));
  };
  /** The bindings are the same for all requests of an isolate. */
  function invocationsFor(env: Env): Invocations {
    const onQueued = () => object(env, WORKER).fetch(new Request('https://anypod/work'));
    known ??= createInvocations({ onQueued, ...workers.options(env) });
    return known;
  }

  return {
    worker: {
      async fetch(request, env, context) {
        const session = request.headers.get('mcp-session-id');
        if (session === null && (request.headers.get('mcp-protocol-version') ?? '') >= FIRST_MODERN_VERSION) {
          const { response, left } = await invocationsFor(env).serve(request);
          context.waitUntil(left);
          return response;
        }
        return object(env, `pod-${shardOf(session ?? crypto.randomUUID(), shards)}`).fetch(request);
      },
    },
    Pods: class {
      readonly #state: ObjectState;
      readonly #invocations: Invocations;
      readonly #pod: SharedPod;

      constructor(state: ObjectState, env: Env) {
        this.#state = state;
        this.#invocations = invocationsFor(env);
        this.#pod = new SharedPod(this.#invocations, idleMs);
      }

      async fetch(request: Request): Promise<Response> {
        if (new URL(request.url).host !== 'anypod') return this.#pod.serve(request);
        await this.#state.storage.setAlarm(Date.now());
        return new Response(null, { status: 204 });
      }

      alarm(): Promise<void> {
        return this.#invocations.work(WORK_MS);
      }
    },
  };
}

/** The same shard for all requests of a session, so that they find it in the memory of its pod. FNV-1a. */
function shardOf(session: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < session.length; index += 1) {
    hash = Math.imul(hash ^ session.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
