import type { RequestId } from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { LinkedList } from '../../core/linked-list.ts';
import type { RequestWatch, StreamKind } from '../../core/meter.ts';
import type { AnswerForm, EventSink, WebReply } from '../../core/reply.ts';

/** The stateless calls that this pod serves. A client cannot resume one. So a pod that leaves answers them with an error. */
export interface ModernCalls {
  /** The number of calls that have not ended. */
  readonly busy: number;
  /** Runs a call, which lasts until its promise settles. The call must answer the reply that it gets as its argument. */
  run(id: RequestId | null, reply: WebReply, call: (reply: WebReply) => Promise<void>): Promise<void>;
  /** Answers running calls, and calls that come later, with an error of reason `draining`. Later messages of their handlers are dropped. */
  end(): void;
}

function drainingError(id: RequestId | null): string {
  const message = 'This pod is going away and the call had not ended. Call again if the call is safe to repeat.';
  return JSON.stringify(rpcError(id, RPC.internal, message, { reason: 'draining' }));
}

const SILENT_SINK: EventSink = {
  open: false,
  send: () => true,
  drained: async () => undefined,
  end: () => undefined,
  onClose: (listener) => queueMicrotask(listener),
};

/** A reply that can be cut: it then answers the call with an error, because the pod leaves. */
class CutReply implements WebReply {
  readonly #id: RequestId | null;
  readonly #reply: WebReply;
  #sink: EventSink | undefined;
  /** Something has answered the reply, begun a stream, or cut it. */
  #taken = false;

  constructor(id: RequestId | null, reply: WebReply) {
    this.#id = id;
    this.#reply = reply;
  }

  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void {
    if (this.#take()) this.#reply.json(status, body, headers);
  }

  empty(status: number): void {
    if (this.#take()) this.#reply.empty(status);
  }

  response(response: Response): void {
    if (this.#take()) this.#reply.response(response);
  }

  get watch(): RequestWatch {
    return this.#reply.watch;
  }

  get form(): AnswerForm {
    return this.#reply.form;
  }

  stream(kind: StreamKind): EventSink {
    if (!this.#take()) return SILENT_SINK;
    this.#sink = this.#reply.stream(kind);
    return this.#sink;
  }

  cut(): void {
    const error = drainingError(this.#id);
    if (this.#sink !== undefined) {
      this.watch.ended('unavailable');
      this.#sink.send({ data: error });
      this.#sink.end();
    } else if (this.#take()) this.#reply.json(503, error, { 'retry-after': '1' });
  }

  #take(): boolean {
    const first = !this.#taken;
    this.#taken = true;
    return first;
  }
}

export function createModernCalls(): ModernCalls {
  const running = new LinkedList<CutReply>();
  let ended = false;
  return {
    get busy() {
      return running.size;
    },
    async run(id, reply, call) {
      if (ended) return new CutReply(id, reply).cut();
      const cuttable = new CutReply(id, reply);
      const place = running.push(cuttable);
      try {
        await call(cuttable);
      } finally {
        running.remove(place);
      }
    },
    end() {
      ended = true;
      for (let first = running.first; first !== undefined; first = running.first) {
        running.remove(first);
        first.value.cut();
      }
    },
  };
}
