import type { AgeLimit } from '../../core/age-limit.ts';
import { BACKGROUND_CALLER, type Caller } from '../../core/caller.ts';
import type { Change } from '../../core/change-log.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import { describeThrown } from '../../core/describe-thrown.ts';
import type { ListFilter } from '../../core/gate.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { StreamKind } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import type { RequestState } from '../../core/request-state.ts';
import { createFacade } from '../guest/facade.ts';
import type { Asking } from '../parked/call-questions.ts';
import type { ParkedCalls } from '../parked/parked-calls.ts';
import type { Given } from '../parked/parked-state.ts';
import { ReplyChannel } from '../parked/reply-channel.ts';
import type { Channel } from '../parked/round.ts';
import { assertServer, type BuildServer } from '../sdk/build-server.ts';
import { createFactoryFailures, type FactoryFailures } from '../sdk/factory-failures.ts';
import { lazyRequest } from '../sdk/lazy-request.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';
import { challengeIn } from '../sdk/scope-challenges.ts';
import type { McpHandler, ServerEventBus, ServerSdk } from '../sdk/sdk.ts';
import { createToolLists, type ToolLists } from '../sdk/tool-lists.ts';
import type { FactoryContext, Reuse, UserServer } from '../sdk/user-server.ts';
import type { ChangeBus } from './change-bus.ts';
import { createListenStreams, type ListenStreams } from './listen-streams.ts';
import { ModernExchange, SERVED } from './modern-exchange.ts';
import type { ModernServer } from './modern-server.ts';
import { sealOutbound } from './sealed-state.ts';
import { createFreshSupply, createGuestSupply, createReusingSupply, type ServerSupply } from './server-supply.ts';
import { createStandIn } from './stand-in.ts';
import { watchResponse } from './watch-response.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly build: BuildServer;
  /** The servers do not speak 2026-07-28 themselves. */
  readonly guests: boolean;
  /** Which calls may share a server. Undefined: each request gets its own. */
  readonly reuse?: Reuse;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly parked: ParkedCalls;
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
  /** The call may run again. */
  readonly rerunnable: boolean;
  /** The input schema of the called tool, if it names headers. */
  readonly headerSchema?: unknown;
  /** The answers that an earlier run of the call has got. */
  readonly given?: Given;
  /** Where the answer goes, if an earlier run may have begun to answer. */
  readonly channel?: Channel;
  /** Gets the response as it goes out, even if the client has disconnected. */
  readonly onResponse?: (response: JsonRpcResponse) => void;
}

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
  const { bus, requestState, parked } = options;
  const lists = createToolLists();
  const supply = createSupply(options, lists);
  const underWay = new WeakMap<Request, UnderWay>();
  const failures = createFactoryFailures();
  const shared = {
    publish: (change: Change) => bus.publish(change),
    log: options.log,
    deadlines: options.callDeadlines,
    calls: options.calls,
  };
  let lastId = 0;

  /** The factory for the SDK, which calls it for each request that has passed its checks so far. */
  async function serverFor({ requestInfo }: FactoryContext): Promise<UserServer> {
    const call = underWay.get(requestInfo as Request) as UnderWay;
    const { request, served, instead } = call;
    if (instead !== undefined) return createStandIn(options.sdk, instead, served?.headerSchema);
    const { body, caller, reply } = request;
    const lending = { caller, body, headerSchema: served?.headerSchema };
    const server = await failures.note(requestInfo, supply.lend(lending, requestInfo as Request));
    call.server = server;
    const { channel = new ReplyChannel(reply), onResponse } = served ?? {};
    const progressToken = progressTokenOf(body);
    const round = { id: body.id, progressToken, channel, signal: request.signal(), onResponse };
    server.exchange = new ModernExchange(round, {
      ...shared,
      seal: (response) => sealOutbound(served?.filter?.(response) ?? response, requestState, served),
      asking: served && askingOf(served, body, parked),
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

  /** Gives a server back when its call has ended. */
  function giveBack(server: ModernServer): void {
    const { exchange } = server;
    const take = () => supply.take(server, exchange?.completed === true);
    if (exchange?.isParked(take) !== true) take();
  }

  async function call(request: ModernRequest, served?: Served, instead?: () => Promise<void>): Promise<void> {
    const { body, caller, signal } = request;
    const view = lazyRequest(caller, signal);
    const own: UnderWay = { request, served, instead };
    underWay.set(view, own);
    try {
      const response = await calling.fetch(view, fetchOptions(body, caller));
      if (response !== SERVED) await answer(view, response, 'request', request);
    } finally {
      // A parked handler keeps its view of the request, but not the client's connection.
      underWay.delete(view);
      if (own.server !== undefined) giveBack(own.server);
    }
  }

  const listening = createListening(options, failures);
  const calling = createHandler(options, serverFor, bus, 0);

  return {
    call: (request, served) => call(request, served),
    check: call,
    async listen(request) {
      const { body, caller, signal } = request;
      const view = lazyRequest(caller, signal);
      await answer(view, await listening.serve(view, fetchOptions(body, caller)), 'listen', request);
    },
    stopListening: () => listening.end(),
    stopCalls: () => calling.close(),
  };
}

function createHandler(
  options: ModernServerOptions,
  factory: BuildServer,
  bus: ServerEventBus,
  most: number,
): McpHandler {
  const { sdk, keepAliveMs, log } = options;
  return sdk.createMcpHandler(factory, {
    legacy: 'reject',
    bus,
    keepAliveMs,
    maxSubscriptions: most,
    onerror: (error) => log.info({ reason: describeThrown(error) }, 'a modern request was refused or failed'),
  });
}

function createListening(options: ModernServerOptions, failures: FactoryFailures): ListenStreams {
  const { bus, build, guests, maxSubscriptions, listenAgeLimit: ageLimit } = options;
  /** The server of a listen stream. The SDK only asks it for its capabilities, and closes it. */
  const listener: BuildServer = guests
    ? (context) => facadeFor(options, context)
    : async (context) => assertServer(await build(context));
  const factory: BuildServer = (context) => failures.note(context.requestInfo, listener(context));
  return createListenStreams({
    bus,
    maxSubscriptions,
    ageLimit,
    createHandler: (events, most) => createHandler(options, factory, events, most),
  });
}

function askingOf({ binding, rerunnable, given }: Served, body: JsonRpcRequest, parked: ParkedCalls): Asking {
  return { parked, binding, body, rerunnable, given };
}

function createSupply(options: ModernServerOptions, lists: ToolLists): ServerSupply {
  const { build, reuse, guests } = options;
  if (guests) return createGuestSupply(build, lists, options);
  return reuse === undefined ? createFreshSupply(build, lists) : createReusingSupply(build, reuse, lists);
}

/** A facade that only tells the guest's capabilities. */
async function facadeFor(options: ModernServerOptions, context: FactoryContext): Promise<UserServer> {
  return (await createFacade(await options.build(context), { caller: BACKGROUND_CALLER }, options)).server;
}

/** Undefined: the client wants no progress. */
export function progressTokenOf({ params }: JsonRpcRequest): unknown {
  return (params?.['_meta'] as Record<string, unknown> | undefined)?.['progressToken'];
}

function fetchOptions(parsedBody: JsonRpcRequest, { authInfo }: Caller): { parsedBody: unknown; authInfo?: unknown } {
  return authInfo === undefined ? { parsedBody } : { parsedBody, authInfo };
}
