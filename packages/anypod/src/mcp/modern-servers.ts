import type { Ages } from '../core/ages.ts';
import type { Caller } from '../core/caller.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import type { WebReply } from '../core/reply.ts';
import type { RequestState } from '../core/request-state.ts';
import type { ChangeBus } from './change-bus.ts';
import { lazyRequest } from './lazy-request.ts';
import { createListenStreams } from './listen-streams.ts';
import { ModernExchange, SERVED } from './modern-exchange.ts';
import type { ModernServer } from './modern-server.ts';
import { withReadableError } from './readable-error.ts';
import type { ServerEventBus, ServerSdk } from './sdk.ts';
import { sealOutbound } from './sealed-state.ts';
import { createFreshSupply, createReusingSupply } from './server-supply.ts';
import { createToolLists } from './tool-lists.ts';
import type { FactoryContext, Reuse, ServerFactory, UserServer } from './user-server.ts';
import { watchResponse } from './watch-response.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly createServer: ServerFactory;
  /** Who may share a server; undefined: nobody, each request gets its own. */
  readonly reuse?: Reuse;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  /** Ends listen streams that are old. */
  readonly listenAges: Ages;
  readonly log: Log;
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
  const { bus, requestState, createServer, reuse } = options;
  const lists = createToolLists();
  const supply =
    reuse === undefined ? createFreshSupply(createServer, lists) : createReusingSupply(createServer, reuse, lists);
  const underWay = new WeakMap<Request, UnderWay>();
  let lastId = 0;

  function rewrite(given: JsonRpcResponse, served: Served | undefined): JsonRpcResponse {
    if (served === undefined) return given;
    const response = withReadableError(given);
    const sealed = sealOutbound(response, requestState, served.binding, served.once);
    served.onResponse?.(sealed);
    return sealed;
  }

  /** The SDK calls it for each request that it has found nothing wrong with so far. */
  async function serverFor({ requestInfo }: FactoryContext): Promise<UserServer> {
    const call = underWay.get(requestInfo as Request) as UnderWay;
    const { request, served } = call;
    const server = await supply.lend(request.caller, requestInfo as Request);
    call.server = server;
    server.exchange = new ModernExchange({
      reply: request.reply,
      signal: request.signal(),
      rewrite: (response) => rewrite(response, served),
      publish: (change) => bus.publish(change),
      ...(server.shared ? { id: ++lastId } : {}),
    });
    return server.server;
  }

  async function call(request: ModernRequest, served?: Served): Promise<void> {
    const { body, caller, reply, signal } = request;
    const view = lazyRequest(caller, signal);
    const own: UnderWay = { request, served };
    underWay.set(view, own);
    try {
      const response = await calling.fetch(view, given(body, caller));
      if (response !== SERVED) reply.response(await watchResponse(response, 'request', signal(), reply.watch));
    } finally {
      if (own.server !== undefined) supply.take(own.server, own.server.exchange?.completed === true);
    }
  }

  const createHandler = (factory: ServerFactory, events: ServerEventBus, maxSubscriptions: number) =>
    options.sdk.createMcpHandler(factory, {
      legacy: 'reject',
      bus: events,
      keepAliveMs: options.keepAliveMs,
      maxSubscriptions,
      onerror: (error) => options.log.info({ reason: error.message }, 'a modern request was refused or failed'),
    });
  const { maxSubscriptions, listenAges: ages } = options;
  const listening = createListenStreams({
    bus,
    maxSubscriptions,
    ages,
    createHandler: (events, most) => createHandler(createServer, events, most),
  });
  const calling = createHandler(serverFor, bus, 0);

  const given = (parsedBody: JsonRpcRequest, { authInfo }: Caller) => ({
    parsedBody,
    ...(authInfo === undefined ? {} : { authInfo }),
  });

  return {
    call,
    async listen({ body, caller, reply, signal }) {
      const response = await listening.serve(lazyRequest(caller, signal), given(body, caller));
      reply.response(await watchResponse(response, 'listen', signal(), reply.watch));
    },
    stopListening: () => listening.end(),
    stopCalls: () => calling.close(),
  };
}
