import type { Ages } from '../core/ages.ts';
import type { Caller } from '../core/caller.ts';
import { isResponse, type JsonRpcMessage, type JsonRpcRequest, type JsonRpcResponse } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import type { RequestWatch } from '../core/meter.ts';
import type { RequestState } from '../core/request-state.ts';
import type { ChangeBus } from './change-bus.ts';
import { interpose } from './change-interposer.ts';
import { createListenStreams } from './listen-streams.ts';
import { memoizeSchemas } from './schema-memo.ts';
import type { ServerEventBus, ServerSdk } from './sdk.ts';
import { sealOutbound } from './sealed-state.ts';
import type { FactoryContext, ServerFactory } from './user-server.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly createServer: ServerFactory;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  /** Ends listen streams that are old. */
  readonly listenAges: Ages;
  readonly log: Log;
}

/** What is known of a request where its server's messages come by. */
export interface Served {
  /** What its states are bound to. */
  readonly binding: string;
  /** Its states are good for one use. */
  readonly once: boolean;
  readonly watch: RequestWatch;
  /** Gets the response as it goes out, whether or not anybody still reads it. */
  readonly onResponse?: (response: JsonRpcResponse) => void;
}

/** The SDK's own handler around the user's servers, one server per request. */
export interface ModernServers {
  /** `served` undefined: a request of our own. */
  call(request: Request, body: JsonRpcRequest, caller: Caller, served?: Served): Promise<Response>;
  listen(request: Request, body: JsonRpcRequest, caller: Caller): Promise<Response>;
  /** Ends the streams that listen, each with its final result. */
  stopListening(): void;
  /** Aborts the calls. */
  stopCalls(): Promise<void>;
}

export function createModernServers(options: ModernServerOptions): ModernServers {
  const { bus, requestState, createServer } = options;
  const requests = new WeakMap<Request, Served>();

  function rewrite(message: JsonRpcMessage, request: Request | undefined): JsonRpcMessage {
    const served = request === undefined ? undefined : requests.get(request);
    if (served === undefined) return message;
    const sealed = sealOutbound(message, requestState, served.binding, served.once);
    if (isResponse(sealed)) {
      served.watch.answered(sealed.error !== undefined);
      served.onResponse?.(sealed);
    }
    return sealed;
  }

  const factory: ServerFactory = async (context: FactoryContext) => {
    const server = await createServer(context);
    memoizeSchemas(server);
    return interpose(server, {
      publish: (change) => bus.publish(change),
      rewrite: (message) => rewrite(message, context.requestInfo),
    });
  };

  const createHandler = (events: ServerEventBus, maxSubscriptions: number) =>
    options.sdk.createMcpHandler(factory, {
      legacy: 'reject',
      bus: events,
      keepAliveMs: options.keepAliveMs,
      maxSubscriptions,
      onerror: (error) => options.log.info({ reason: error.message }, 'a modern request was refused or failed'),
    });
  const { maxSubscriptions, listenAges: ages } = options;
  const listening = createListenStreams({ bus, maxSubscriptions, ages, createHandler });
  const calling = createHandler(bus, 0);

  const given = (parsedBody: JsonRpcRequest, { authInfo }: Caller) => ({
    parsedBody,
    ...(authInfo === undefined ? {} : { authInfo }),
  });

  return {
    call(request, body, caller, served) {
      if (served !== undefined) requests.set(request, served);
      return calling.fetch(request, given(body, caller));
    },
    listen: (request, body, caller) => listening.serve(request, given(body, caller)),
    stopListening: () => listening.end(),
    stopCalls: () => calling.close(),
  };
}
