import type { RequestId } from '../../core/json-rpc.ts';
import { LinkedList } from '../../core/linked-list.ts';
import type { RequestWatch, StreamKind } from '../../core/meter.ts';
import type { AnswerForm, EventSink, WebReply } from '../../core/reply.ts';
import { RPC, rpcError } from '../../core/rpc-error.ts';

/** The stateless calls that this pod serves: a client cannot resume one, so a pod that goes says so instead of falling silent. */
export interface ModernCalls {
  /** Calls that have not ended. */
  readonly busy: number;
  /** Runs a call, which lasts until its promise settles; it is to answer the reply that it is given. */
  run(id: RequestId | null, reply: WebReply, call: (reply: WebReply) => Promise<void>): Promise<void>;
  /** Answers what is still running, and what comes after that, with an error of reason `draining`; what a handler says then is dropped. */
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

/** A reply that answers for a call whose pod goes. */
class CutReply implements WebReply {
  readonly #id: RequestId | null;
  readonly #reply: WebReply;
  #sink: EventSink | undefined;
  /** Answered, or begun to be, or cut. */
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
