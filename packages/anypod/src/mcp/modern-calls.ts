import type { RequestId } from '../core/json-rpc.ts';
import { RPC, rpcError } from '../core/rpc-error.ts';

/** The stateless calls that this pod serves: a client cannot resume one, so a pod that goes says so instead of falling silent. */
export interface ModernCalls {
  /** Calls without a complete answer. */
  readonly busy: number;
  /** Runs a call; the response's body counts as part of it. */
  run(id: RequestId | null, call: () => Promise<Response>): Promise<Response>;
  /** Answers what is still running with an error of reason `draining`. */
  end(): void;
}

const encoder = new TextEncoder();

function drainingError(id: RequestId | null): string {
  const message = 'This pod is going away and the call had not ended. Call again if the call is safe to repeat.';
  return JSON.stringify(rpcError(id, RPC.internal, message, { reason: 'draining' }));
}

export function createModernCalls(): ModernCalls {
  const running = new Set<() => void>();

  /** Passes a stream on and counts it; at the end of the pod's time an error takes the place of the rest. */
  function watchStream(id: RequestId | null, response: Response): Response {
    const reader = response.body?.getReader();
    let cut: () => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        cut = () => {
          controller.enqueue(encoder.encode(`event: message\ndata: ${drainingError(id)}\n\n`));
          controller.close();
          void reader?.cancel().catch(() => undefined);
        };
        running.add(cut);
      },
      async pull(controller) {
        const part = await reader?.read();
        if (!running.has(cut)) return;
        if (part?.value !== undefined) return controller.enqueue(part.value);
        running.delete(cut);
        controller.close();
      },
      async cancel(reason) {
        running.delete(cut);
        await reader?.cancel(reason);
      },
    });
    return new Response(body, response);
  }

  return {
    get busy() {
      return running.size;
    },
    async run(id, call) {
      const ended = Promise.withResolvers<Response>();
      const cut = () => {
        const headers = { 'content-type': 'application/json', 'retry-after': '1' };
        ended.resolve(new Response(drainingError(id), { status: 503, headers }));
      };
      running.add(cut);
      const called = call();
      called.catch(() => undefined);
      try {
        const response = await Promise.race([called, ended.promise]);
        const streams = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
        return streams ? watchStream(id, response) : response;
      } finally {
        running.delete(cut);
      }
    },
    end() {
      const cuts = [...running];
      running.clear();
      for (const cut of cuts) cut();
    },
  };
}
