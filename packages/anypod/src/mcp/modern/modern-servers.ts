import { BACKGROUND_CALLER, type Caller } from '../../core/caller.ts';
import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import type { StreamKind } from '../../core/meter.ts';
import { createFacade } from '../guest/facade.ts';
import { speakModern } from '../internals/modern-era.ts';
import { assertServer, type BuildServer } from '../sdk/build-server.ts';
import { createFactoryFailures, type FactoryFailures } from '../sdk/factory-failures.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import { challengeIn } from '../sdk/scope-challenges.ts';
import type { McpHandler, ServerEventBus } from '../sdk/sdk.ts';
import type { FactoryContext, UserServer } from '../sdk/user-server.ts';
import { serveDirectly } from './direct-call.ts';
import { createLending } from './lending.ts';
import { createListenStreams, type ListenStreams } from './listen-streams.ts';
import { SERVED } from './modern-exchange.ts';
import type { ModernRequest, ModernServerOptions, Served } from './modern-request.ts';
import type { ModernServer } from './modern-server.ts';
import { isPlainCall } from './plain-call.ts';
import { createSdkFaults, type SdkFaults } from './sdk-faults.ts';
import { createStandIn } from './stand-in.ts';
import { watchResponse } from './watch-response.ts';

/** The SDK's own handler around the user's servers. It checks each request before a server gets it. */
export interface ModernServers {
  /** Resolves when the exchange has ended. `served` undefined: a request of our own. */
  call(request: ModernRequest, served?: Served): Promise<void>;
  /** Lets the SDK check a request, and then calls `instead` instead of a server. `instead` must answer the request, or leave it to its caller. */
  check(request: ModernRequest, served: Served, instead: () => Promise<void>): Promise<void>;
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
  readonly instead?: (() => Promise<void>) | undefined;
  server?: ModernServer;
}

export function createModernServers(options: ModernServerOptions): ModernServers {
  const lending = createLending(options);
  const underWay = new WeakMap<Request, UnderWay>();
  const failures = createFactoryFailures();
  const faults = createSdkFaults();

  function lend(call: UnderWay, view: Request): ModernServer | Promise<ModernServer> {
    const { request, served } = call;
    const lent = failures.note(view, () => lending.lend(request, served, view));
    const keep = (server: ModernServer) => {
      call.server = server;
      return server;
    };
    return lent instanceof Promise ? lent.then(keep) : keep(lent);
  }

  /** The factory for the SDK, which calls it for each request that has passed its checks so far. */
  async function serverFor({ requestInfo }: FactoryContext): Promise<UserServer> {
    const view = requestInfo as Request;
    const call = underWay.get(view) as UnderWay;
    if (call.instead !== undefined) return createStandIn(options.sdk, call.instead, call.served?.headerSchema);
    return (call.server ?? (await lend(call, view))).server;
  }

  /** Serves a request that the SDK would accept. The SDK's own handler checks all others. */
  function serve(call: UnderWay, view: Request): Promise<Response> {
    const { body, caller } = call.request;
    if (call.instead !== undefined || call.served?.headerSchema !== undefined || !isPlainCall(body, caller))
      return serveChecked(call, view);
    const lent = lend(call, view);
    return lent instanceof Promise ? lent.then((server) => serveBy(server, call, view)) : serveBy(lent, call, view);
  }

  function serveBy(server: ModernServer, call: UnderWay, view: Request): Promise<Response> {
    const { body, caller, reply } = call.request;
    if (speakModern(server.server, body)) return serveDirectly({ server, body, caller, view }, reply.watch);
    return serveChecked(call, view);
  }

  function serveChecked(call: UnderWay, view: Request): Promise<Response> {
    const { body, caller, reply } = call.request;
    underWay.set(view, call);
    return faults.tell(calling.fetch(view, fetchOptions(body, caller)), reply.watch);
  }

  /** Passes on a response that the SDK itself has made. Throws `ScopeChallenge` for a 403 that asks for scopes. */
  async function answer(view: Request, response: Response, kind: StreamKind, request: ModernRequest): Promise<void> {
    failures.rethrow(view);
    const challenge = challengeIn(response);
    if (challenge !== undefined) throw challenge;
    request.reply.response(await watchResponse(response, kind, request.departure.signal(), request.reply.watch));
  }

  async function call(request: ModernRequest, served?: Served, instead?: () => Promise<void>): Promise<void> {
    const view = lazyRequest(request.caller, request.departure);
    const own: UnderWay = { request, served, instead };
    try {
      const response = await serve(own, view);
      if (response !== SERVED) await answer(view, response, 'request', request);
    } finally {
      // A parked handler keeps its view of the request, but not the client's connection.
      underWay.delete(view);
      if (own.server !== undefined) lending.giveBack(own.server);
    }
  }

  const listening = createListening(options, failures, faults);
  const calling = createHandler(options, serverFor, options.bus, 0, faults);

  return {
    call: (request, served) => call(request, served),
    check: call,
    async listen(request) {
      const { body, caller, departure, reply } = request;
      const view = lazyRequest(caller, departure);
      const response = await faults.tell(listening.serve(view, fetchOptions(body, caller)), reply.watch);
      await answer(view, response, 'listen', request);
    },
    stopListening: () => listening.end(),
    async stopCalls() {
      await Promise.all([calling.close(), lending.close()]);
    },
  };
}

function createHandler(
  options: ModernServerOptions,
  factory: BuildServer,
  bus: ServerEventBus,
  most: number,
  faults: SdkFaults,
): McpHandler {
  const { sdk, keepAliveMs } = options;
  return sdk.createMcpHandler(factory, {
    legacy: 'reject',
    bus,
    keepAliveMs,
    maxSubscriptions: most,
    onerror: faults.note,
  });
}

function createListening(options: ModernServerOptions, failures: FactoryFailures, faults: SdkFaults): ListenStreams {
  const { bus, build, guests, maxSubscriptions, listenAgeLimit: ageLimit } = options;
  /** The server of a listen stream. The SDK only asks it for its capabilities, and closes it. */
  const listener: BuildServer = guests
    ? (context) => facadeFor(options, context)
    : async (context) => assertServer(await build(context));
  const factory: BuildServer = async (context) => failures.note(context.requestInfo, () => listener(context));
  return createListenStreams({
    bus,
    maxSubscriptions,
    ageLimit,
    createHandler: (events, most) => createHandler(options, factory, events, most, faults),
  });
}

/** A facade that only tells the guest's capabilities. */
async function facadeFor(options: ModernServerOptions, context: FactoryContext): Promise<UserServer> {
  return (await createFacade(await options.build(context), { caller: BACKGROUND_CALLER }, options)).server;
}

function fetchOptions(parsedBody: JsonRpcRequest, { authInfo }: Caller): { parsedBody: unknown; authInfo?: unknown } {
  return authInfo === undefined ? { parsedBody } : { parsedBody, authInfo };
}
