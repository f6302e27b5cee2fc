import type { Caller } from '../core/caller.ts';
import { isResponse, type JsonRpcMessage, type JsonRpcRequest, type JsonRpcResponse } from '../core/json-rpc.ts';
import type { Log } from '../core/log.ts';
import type { RequestWatch } from '../core/meter.ts';
import type { RequestState } from '../core/request-state.ts';
import type { ChangeBus } from './change-bus.ts';
import { interpose } from './change-interposer.ts';
import { memoizeSchemas } from './schema-memo.ts';
import type { ServerSdk } from './sdk.ts';
import { sealOutbound } from './sealed-state.ts';
import type { FactoryContext, ServerFactory } from './user-server.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly createServer: ServerFactory;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
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
  stopListening(): Promise<void>;
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

  const createHandler = () =>
    options.sdk.createMcpHandler(factory, {
      legacy: 'reject',
      bus,
      keepAliveMs: options.keepAliveMs,
      maxSubscriptions: options.maxSubscriptions,
      onerror: (error) => options.log.info({ reason: error.message }, 'a modern request was refused or failed'),
    });
  // Two, because streams that listen end before calls do, and the SDK closes a handler as a whole.
  const listening = createHandler();
  const calling = createHandler();

  const given = (parsedBody: JsonRpcRequest, { authInfo }: Caller) => ({
    parsedBody,
    ...(authInfo === undefined ? {} : { authInfo }),
  });

  return {
    call(request, body, caller, served) {
      if (served !== undefined) requests.set(request, served);
      return calling.fetch(request, given(body, caller));
    },
    listen: (request, body, caller) => listening.fetch(request, given(body, caller)),
    stopListening: () => listening.close(),
    stopCalls: () => calling.close(),
  };
}
