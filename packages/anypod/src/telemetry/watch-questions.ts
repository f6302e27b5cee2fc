import { faultOf, isResponse, type JsonRpcRequest } from '../core/json/json-rpc.ts';
import type { Meter } from '../core/meter.ts';
import type { HostedServer, Outlet, ServerHost } from '../core/server-host.ts';
import type { Asked, Step, Traces } from '../core/traces.ts';

interface Open {
  readonly method: string;
  readonly since: number;
  readonly step: Step | undefined;
}

/** Counts and records the questions that the servers of sessions send: each from when it is asked until its answer, or until nobody waits for it. */
export function watchQuestions(host: ServerHost, meter: Meter, traces: Traces | undefined): ServerHost {
  return {
    bytes: host.bytes,
    async initialize(session, params, outlet, caller, kept) {
      const watched = new WatchedServer(meter, traces, session);
      const { server, response } = await host.initialize(session, params, watched.outlet(outlet), caller, kept);
      watched.version = response.result?.['protocolVersion'];
      return { server: watched.server(server), response };
    },
    async rehydrate(record, outlet, caller, kept) {
      const watched = new WatchedServer(meter, traces, record.id);
      watched.version = record.protocolVersion;
      return watched.server(await host.rehydrate(record, watched.outlet(outlet), caller, kept));
    },
  };
}

class WatchedServer {
  readonly #meter: Meter;
  readonly #traces: Traces | undefined;
  readonly #session: string;
  readonly #open = new Map<string, Open>();
  /** The revision of the session. */
  version: unknown;

  constructor(meter: Meter, traces: Traces | undefined, session: string) {
    this.#meter = meter;
    this.#traces = traces;
    this.#session = session;
  }

  outlet(outlet: Outlet): Outlet {
    return {
      ...outlet,
      ask: async (question, request, related) => {
        const step = this.#traces?.ask(request.method, () => this.#about(question));
        this.#open.set(question, { method: request.method, since: performance.now(), step });
        try {
          await outlet.ask(question, step === undefined ? request : withContext(request, step), related);
        } catch (error) {
          this.#end(question, 'not_sent');
          throw error;
        }
      },
      withdraw: (question, notification, related) => {
        this.#end(question, 'withdrawn');
        return outlet.withdraw(question, notification, related);
      },
    };
  }

  server(server: HostedServer): HostedServer {
    return {
      ...server,
      deliver: (message, options) => {
        if (isResponse(message)) this.#end(String(message.id), faultOf(message));
        server.deliver(message, options);
      },
      close: () => {
        for (const question of [...this.#open.keys()]) this.#end(question, 'closed');
        return server.close();
      },
    };
  }

  #about(question: string): Asked {
    return { question, session: this.#session, version: typeof this.version === 'string' ? this.version : undefined };
  }

  #end(question: string, fault: string | undefined): void {
    const open = this.#open.get(question);
    if (open === undefined) return;
    this.#open.delete(question);
    open.step?.end(fault);
    this.#meter.questionEnded(open.method, performance.now() - open.since, fault);
  }
}

/** Tells the client the context of the question, as SEP-414 says. */
function withContext(request: JsonRpcRequest, { place }: Step): JsonRpcRequest {
  if (place === undefined) return request;
  const _meta = { ...(request.params?.['_meta'] as object | undefined), traceparent: `00-${place}-01` };
  return { ...request, params: { ...request.params, _meta } };
}
