import type { AgeLimit } from '../../core/age-limit.ts';
import type { Caller } from '../../core/caller.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import { describeThrown } from '../../core/describe-thrown.ts';
import type { ListFilter } from '../../core/gate.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { StreamKind } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import type { RequestState } from '../../core/request-state.ts';
import type { BuildServer } from '../sdk/build-server.ts';
import { createFactoryFailures } from '../sdk/factory-failures.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';
import { challengeIn } from '../sdk/scope-challenges.ts';
import type { ServerEventBus, ServerSdk } from '../sdk/sdk.ts';
import { createToolLists } from '../sdk/tool-lists.ts';
import type { FactoryContext, Reuse, UserServer } from '../sdk/user-server.ts';
import type { ChangeBus } from './change-bus.ts';
import { createListenStreams } from './listen-streams.ts';
import { ModernExchange, SERVED } from './modern-exchange.ts';
import type { ModernServer } from './modern-server.ts';
import { sealOutbound } from './sealed-state.ts';
import { createFreshSupply, createReusingSupply } from './server-supply.ts';
import { watchResponse } from './watch-response.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly build: BuildServer;
  /** Which calls may share a server. Undefined: each request gets its own. */
  readonly reuse?: Reuse;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  /** Ends listen streams that are old. */
  readonly listenAgeLimit: AgeLimit;
  readonly calls: RunningCalls;
  readonly log: Log;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly callDeadlines: Deadlines | undefined;
}

/** A request, and where its answer goes. */
export interface ModernRequest {
  readonly body: JsonRpcRequest;
  readonly caller: Caller;
  readonly reply: WebReply;
  /** Aborts when the client disconnects. */
  readonly signal: () => AbortSignal;
}

/** What is known about a request when its answer is sent. */
export interface Served {
  /** Its request states are bound to this value. */
  readonly binding: string;
  /** Each of its request states can be used once. */
  readonly once: boolean;
  /** Leaves out of a list what its caller may not use. */
  readonly filter?: ListFilter | undefined;
  /** Gets the response as it goes out, even if the client has disconnected. */
  readonly onResponse?: (response: JsonRpcResponse) => void;
}

/** The SDK's own handler around the user's servers. It checks each request before a server gets it. */
export interface ModernServers {
  /** Resolves when the exchange has ended. `served` undefined: a request of our own. */
  call(request: ModernRequest, served?: Served): Promise<void>;
  listen(request: ModernRequest): Promise<void>;
  /** Ends the listen streams, each with its final result. */
  stopListening(): void;
  /** Aborts the running calls. */
  stopCalls(): Promise<void>;
}

/** One running request. It is found by the web `Request` that the SDK got for it. */
interface UnderWay {
  readonly request: ModernRequest;
  readonly served: Served | undefined;
  server?: ModernServer;
}

export function createModernServers(options: ModernServerOptions): ModernServers {
  const { bus, requestState, build, reuse } = options;
  const lists = createToolLists();
  const supply = reuse === undefined ? createFreshSupply(build, lists) : createReusingSupply(build, reuse, lists);
  const underWay = new WeakMap<Request, UnderWay>();
  const failures = createFactoryFailures();
  let lastId = 0;

  /** The factory for the SDK, which calls it for each request that has passed its checks so far. */
  async function serverFor({ requestInfo }: FactoryContext): Promise<UserServer> {
    const call = underWay.get(requestInfo as Request) as UnderWay;
    const { request, served } = call;
    const server = await failures.note(requestInfo, supply.lend(request.caller, requestInfo as Request));
    call.server = server;
    server.exchange = new ModernExchange({
      reply: request.reply,
      signal: request.signal(),
      rewrite: (response) => rewrite(response, requestState, served),
      publish: (change) => bus.publish(change),
      log: options.log,
      deadlines: options.callDeadlines,
      calls: options.calls,
      ...(server.shared && { id: ++lastId }),
    });
    return server.server;
  }

  /** Passes on a response that the SDK itself has made. Throws `ScopeChallenge` for a 403 that asks for scopes. */
  async function answer(view: Request, response: Response, kind: StreamKind, request: ModernRequest): Promise<void> {
    failures.rethrow(view);
    const challenge = challengeIn(response);
    if (challenge !== undefined) throw challenge;
    request.reply.response(await watchResponse(response, kind, request.signal(), request.reply.watch));
  }

  async function call(request: ModernRequest, served?: Served): Promise<void> {
    const { body, caller, signal } = request;
    const view = lazyRequest(caller, signal);
    const own: UnderWay = { request, served };
    underWay.set(view, own);
    try {
      const response = await calling.fetch(view, fetchOptions(body, caller));
      if (response !== SERVED) await answer(view, response, 'request', request);
    } finally {
      if (own.server !== undefined) supply.take(own.server, own.server.exchange?.completed === true);
    }
  }

  const createHandler = (factory: BuildServer, events: ServerEventBus, maxSubscriptions: number) =>
    options.sdk.createMcpHandler(factory, {
      legacy: 'reject',
      bus: events,
      keepAliveMs: options.keepAliveMs,
      maxSubscriptions,
      onerror: (error) => options.log.info({ reason: describeThrown(error) }, 'a modern request was refused or failed'),
    });
  /** The server of a listen stream. The SDK only asks it for its capabilities, and closes it. */
  const serverForListener = (context: FactoryContext) => failures.note(context.requestInfo, build(context));
  const { maxSubscriptions, listenAgeLimit: ageLimit } = options;
  const listening = createListenStreams({
    bus,
    maxSubscriptions,
    ageLimit,
    createHandler: (events, most) => createHandler(serverForListener, events, most),
  });
  const calling = createHandler(serverFor, bus, 0);

  return {
    call,
    async listen(request) {
      const { body, caller, signal } = request;
      const view = lazyRequest(caller, signal);
      await answer(view, await listening.serve(view, fetchOptions(body, caller)), 'listen', request);
    },
    stopListening: () => listening.end(),
    stopCalls: () => calling.close(),
  };
}

/** The response as it goes out. Seals a state that the client must send back. */
function rewrite(response: JsonRpcResponse, requestState: RequestState, served: Served | undefined): JsonRpcResponse {
  if (served === undefined) return response;
  const shown = served.filter === undefined ? response : served.filter(response);
  const sealed = sealOutbound(shown, requestState, served.binding, served.once);
  served.onResponse?.(sealed);
  return sealed;
}

function fetchOptions(parsedBody: JsonRpcRequest, { authInfo }: Caller): { parsedBody: unknown; authInfo?: unknown } {
  return authInfo === undefined ? { parsedBody } : { parsedBody, authInfo };
}
