import { isResponse, type JsonRpcMessage, type JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { type RequestWatch, type StreamKind, silentWatch } from '../../core/meter.ts';
import type { AnswerForm, EventSink, SseEvent, WebReply } from '../../core/reply.ts';
import { OWN_TOKEN } from './rounds.ts';
import { type RunListener, takeMessage } from './run-reply.ts';

/**
 * The reply of a call that may become a task. `open`: everything goes to the client. `held`: the task is being stored, so everything waits. `handed`:
 * the client has the task, and everything goes to the task. `answered`: the client has the answer.
 */
type State = 'open' | 'held' | 'handed' | 'answered';

/** Sends the answer of a call to its client, or, once the call is handed back, to its task. */
export class HandBackReply implements WebReply {
  readonly #reply: WebReply;
  readonly #onAnswered: () => void;
  #state: State = 'open';
  #sink: EventSink | undefined;
  #listener: RunListener | undefined;
  /** What the call wanted to send while the task was being stored. */
  #waiting: (() => void)[] = [];
  /** The last progress that the client did not ask for. */
  #progress: string | undefined;
  #onClose: (() => void)[] = [];

  constructor(reply: WebReply, onAnswered: () => void) {
    this.#reply = reply;
    this.#onAnswered = onAnswered;
  }

  get watch(): RequestWatch {
    return this.#state === 'handed' ? silentWatch : this.#reply.watch;
  }

  get form(): AnswerForm {
    return this.#reply.form === 'json' ? 'either' : this.#reply.form;
  }

  /** Whether the call is a task, so that its client's disconnect does not concern it. */
  get handed(): boolean {
    return this.#state === 'handed';
  }

  /** Whether the client has its answer, or the answer waits. */
  get settled(): boolean {
    return this.#state !== 'open';
  }

  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void {
    this.#answer(
      () => this.#reply.json(status, body, headers),
      (listener) => listener.respond(JSON.parse(body) as JsonRpcResponse),
    );
  }

  empty(status: number): void {
    this.#answer(
      () => this.#reply.empty(status),
      () => undefined,
    );
  }

  response(response: Response): void {
    this.#answer(
      () => this.#reply.response(response),
      (listener) => void response.text().then((text) => listener.respond(JSON.parse(text) as JsonRpcResponse)),
    );
  }

  stream(_kind: StreamKind): EventSink {
    const open = () => this.#sink?.open ?? true;
    return {
      get open() {
        return open();
      },
      send: (event) => this.#send(event),
      drained: async () => this.#sink?.drained(),
      end: () =>
        this.#answer(
          () => this.#sink?.end(),
          () => undefined,
        ),
      onClose: (listener) => void this.#onClose.push(listener),
    };
  }

  /** From now on everything waits. False: the call has been answered. */
  hold(): boolean {
    if (this.#state !== 'open') return false;
    this.#state = 'held';
    return true;
  }

  /** Sends the client `task`, the JSON of a response, and everything else to `listener`. */
  handTo(listener: RunListener, task: string): void {
    this.#reply.watch.answered(false);
    if (this.#sink === undefined) this.#reply.json(200, task);
    else {
      this.#sink.send({ data: task });
      this.#reply.watch.ended('ok');
      this.#sink.end();
    }
    this.#state = 'handed';
    this.#listener = listener;
    if (this.#progress !== undefined) listener.report(this.#progress);
    this.#flush();
  }

  /** The task could not be stored: the call goes on as one. */
  goOn(): void {
    this.#state = 'open';
    this.#flush();
  }

  #flush(): void {
    for (const send of this.#waiting.splice(0)) send();
  }

  #answer(toClient: () => void, toTask: (listener: RunListener) => void): void {
    if (this.#state === 'held') {
      this.#waiting.push(() => this.#answer(toClient, toTask));
    } else if (this.#listener !== undefined) {
      toTask(this.#listener);
    } else if (this.#state === 'open') {
      this.#state = 'answered';
      this.#onAnswered();
      toClient();
    }
  }

  #send(event: SseEvent): boolean {
    if (this.#state === 'held') {
      this.#waiting.push(() => this.#send(event));
      return true;
    }
    if (this.#listener !== undefined) {
      takeMessage(event.data, this.#listener);
      return true;
    }
    if (this.#keepsForTask(event) || (this.#sink === undefined && this.#sendAlone(event))) return true;
    this.#sink ??= this.#open();
    return this.#sink.send(event);
  }

  /** Sends an answer that is the first message as JSON. If the client accepts only JSON, drops everything else. */
  #sendAlone({ data }: SseEvent): boolean {
    const isAnswer = isResponse(JSON.parse(data) as JsonRpcMessage);
    if (isAnswer) this.json(200, data);
    return isAnswer || this.#reply.form === 'json';
  }

  /** Whether this is progress that the client did not ask for. */
  #keepsForTask({ data }: SseEvent): boolean {
    if (!data.includes(OWN_TOKEN)) return false;
    const { method, params } = JSON.parse(data) as { method?: string; params?: { progressToken?: unknown } };
    if (method !== 'notifications/progress' || params?.progressToken !== OWN_TOKEN) return false;
    takeMessage(data, {
      respond: () => undefined,
      report: (text) => {
        this.#progress = text;
      },
    });
    return true;
  }

  #open(): EventSink {
    const sink = this.#reply.stream('request');
    sink.onClose(() => {
      if (this.#state === 'open') for (const listener of this.#onClose) listener();
    });
    return sink;
  }
}
