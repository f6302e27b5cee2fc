import type { AgeLimit } from '../../core/age-limit.ts';
import type { Caller } from '../../core/caller.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import { describeThrown } from '../../core/describe-thrown.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { StreamKind } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import type { RequestState } from '../../core/request-state.ts';
import type { BuildServer } from '../sdk/build-server.ts';
import { createFactoryFailures } from '../sdk/factory-failures.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';
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
  /** Who may share a server; undefined: nobody, each request gets its own. */
  readonly reuse?: Reuse;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  /** Ends listen streams that are old. */
  readonly listenAgeLimit: AgeLimit;
  readonly calls: RunningCalls;
  readonly log: Log;
  /** Ends calls that take too long; undefined: none does. */
  readonly callDeadlines: Deadlines | undefined;
}

/** A request, and where its answer goes. */
export interface ModernRequest {
  readonly body: JsonRpcRequest;
  readonly caller: Caller;
  readonly reply: WebReply;
  /** The client's going. */
  readonly signal: () => AbortSignal;
}

/** What is known of a request where its answer comes by. */
export interface Served {
  /** What its states are bound to. */
  readonly binding: string;
  /** Its states are good for one use. */
  readonly once: boolean;
  /** Gets the response as it goes out, whether or not anybody still reads it. */
  readonly onResponse?: (response: JsonRpcResponse) => void;
}

/** The SDK's own handler around the user's servers, which judges each request before a server gets it. */
export interface ModernServers {
  /** Resolves when the exchange is over. `served` undefined: a request of our own. */
  call(request: ModernRequest, served?: Served): Promise<void>;
  listen(request: ModernRequest): Promise<void>;
  /** Ends the streams that listen, each with its final result. */
  stopListening(): void;
  /** Aborts the calls. */
  stopCalls(): Promise<void>;
}

/** One request on its way: what the SDK is given of it leads back to here. */
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

  /** The SDK calls it for each request that it has found nothing wrong with so far. */
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

  /** Passes on what the SDK answers by itself. */
  async function answer(view: Request, response: Response, kind: StreamKind, request: ModernRequest): Promise<void> {
    failures.rethrow(view);
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
  /** It is asked for what it can do, and closed by the SDK. */
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

/** The response as it goes out: a state that the client is to bring back is sealed. */
function rewrite(response: JsonRpcResponse, requestState: RequestState, served: Served | undefined): JsonRpcResponse {
  if (served === undefined) return response;
  const sealed = sealOutbound(response, requestState, served.binding, served.once);
  served.onResponse?.(sealed);
  return sealed;
}

function fetchOptions(parsedBody: JsonRpcRequest, { authInfo }: Caller): { parsedBody: unknown; authInfo?: unknown } {
  return authInfo === undefined ? { parsedBody } : { parsedBody, authInfo };
}
