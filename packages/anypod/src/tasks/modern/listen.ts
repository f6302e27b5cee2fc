import type { Caller } from '../../core/caller.ts';
import type { JsonRpcMessage, JsonRpcRequest, RequestId } from '../../core/json/json-rpc.ts';
import { isResponse } from '../../core/json/json-rpc.ts';
import type { EventSink, WebReply } from '../../core/reply.ts';
import { isOver, type Task } from '../../core/task/task.ts';
import type { Watches } from '../engine/watches.ts';
import { ownerOf } from '../owner.ts';
import { detailedView } from './views.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
/** The most tasks that one stream may listen to. */
const MOST_TASKS = 1000;

/** The tasks that a `subscriptions/listen` asks for. Undefined: it asks for none. */
export function listenedTasks({ method, params }: JsonRpcRequest): readonly string[] | undefined {
  if (method !== 'subscriptions/listen') return undefined;
  const ids = (params?.['notifications'] as { taskIds?: unknown } | undefined | null)?.taskIds;
  if (!Array.isArray(ids) || ids.length === 0) return undefined;
  const names = ids.filter((id): id is string => typeof id === 'string');
  return [...new Set(names)].slice(0, MOST_TASKS);
}

/** The listen streams that have tasks. */
export class TaskListeners {
  readonly #watches: Watches;
  readonly #open = new Set<TaskListener>();

  constructor(watches: Watches) {
    this.#watches = watches;
  }

  /** The reply for the SDK's own stream. Its messages go to the client together with those of the tasks. */
  async listen(request: JsonRpcRequest, ids: readonly string[], caller: Caller, reply: WebReply): Promise<WebReply> {
    const listener = new TaskListener(request.id, reply, () => this.#open.delete(listener));
    await listener.watch(this.#watches, ids, ownerOf(caller, undefined));
    this.#open.add(listener);
    return listener.reply;
  }

  /** Ends the streams that only tasks keep open, each with its final result. */
  end(): void {
    for (const listener of this.#open) listener.end();
  }
}

class TaskListener {
  readonly #id: RequestId;
  readonly #reply: WebReply;
  readonly #onEnd: () => void;
  readonly #stops: (() => void)[] = [];
  /** Tasks that this stream tells of. */
  readonly #accepted: string[] = [];
  /** Tasks that have not ended. */
  readonly #running = new Set<string>();
  /** States that came before the stream was acknowledged. */
  #early: Task[] = [];
  #sink: EventSink | undefined;
  /** The SDK's final result, if its own stream has ended because it has nothing to tell. */
  #final: string | undefined;
  /** Whether the SDK's own stream has something to tell. */
  #told = false;
  #acknowledged = false;
  #ended = false;

  constructor(id: RequestId, reply: WebReply, onEnd: () => void) {
    this.#id = id;
    this.#reply = reply;
    this.#onEnd = onEnd;
  }

  async watch(watches: Watches, ids: readonly string[], owner: string): Promise<void> {
    for (const id of ids) this.#stops.push(await watches.watch(id, owner, (task) => this.#take(id, task, owner)));
    if (this.#ended) for (const stop of this.#stops) stop();
  }

  get reply(): WebReply {
    return {
      watch: this.#reply.watch,
      form: this.#reply.form,
      json: (status, body, headers) => this.#refused(() => this.#reply.json(status, body, headers)),
      empty: (status) => this.#refused(() => this.#reply.empty(status)),
      stream: (kind) => this.#reply.stream(kind),
      response: (response) => {
        if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true || response.body === null) {
          this.#refused(() => this.#reply.response(response));
        } else void this.#follow(response.body);
      },
    };
  }

  end(): void {
    if (this.#ended) return;
    if (this.#final !== undefined) this.#sink?.send({ data: this.#final });
    this.#close();
    this.#sink?.end();
  }

  #refused(answer: () => void): void {
    this.#close();
    answer();
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#onEnd();
  }

  /** Reads the SDK's stream of server-sent events, each with its data on one line. */
  async #follow(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const sink = this.#reply.stream('listen');
    this.#sink = sink;
    sink.onClose(() => {
      this.#close();
      reader.cancel().catch(() => undefined);
    });
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const part = await reader.read().catch(() => undefined);
      if (part === undefined || part.done) break;
      text += decoder.decode(part.value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) this.#forward(data);
      }
    }
    if (this.#final === undefined) this.end();
    else this.#endIfOver();
  }

  #forward(data: string): void {
    const message = JSON.parse(data) as JsonRpcMessage;
    if (isResponse(message)) {
      this.#final = data;
      // The SDK ends a stream at once if it has nothing to tell. Later it ends one because the pod leaves, or because the stream is old.
      if (this.#told) this.end();
    } else if (message.method === ACKNOWLEDGED) this.#acknowledge(message.params ?? {});
    else this.#sink?.send({ data });
  }

  #acknowledge(params: Readonly<Record<string, unknown>>): void {
    const honored = (params['notifications'] ?? {}) as object;
    this.#told = Object.keys(honored).length > 0;
    const taskIds = this.#accepted;
    const notifications = taskIds.length === 0 ? honored : { ...honored, taskIds };
    const data = JSON.stringify({ jsonrpc: '2.0', method: ACKNOWLEDGED, params: { ...params, notifications } });
    this.#sink?.send({ data });
    const early = this.#early;
    this.#early = [];
    this.#acknowledged = true;
    for (const task of early) this.#tell(task);
  }

  #take(id: string, task: Task | undefined, owner: string): void {
    if (this.#ended) return;
    if (task === undefined || task.call.owner !== owner) {
      this.#running.delete(id);
      this.#endIfOver();
      return;
    }
    if (!this.#accepted.includes(id)) this.#accepted.push(id);
    if (isOver(task)) this.#running.delete(id);
    else this.#running.add(id);
    if (this.#acknowledged) this.#tell(task);
    else this.#early.push(task);
    this.#endIfOver();
  }

  #tell(task: Task): void {
    const params = detailedView(task, { _meta: { [SUBSCRIPTION_ID]: this.#id } });
    this.#sink?.send({ data: `{"jsonrpc":"2.0","method":"notifications/tasks","params":${params}}` });
  }

  /** A stream that only tasks keep open ends when they are all over. */
  #endIfOver(): void {
    if (this.#final !== undefined && this.#running.size === 0) this.end();
  }
}
