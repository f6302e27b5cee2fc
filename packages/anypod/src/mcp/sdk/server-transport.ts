import type { CallName } from '../../core/call-context.ts';
import {
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json/json-rpc.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import { failedSilently, UnwritableError, unwritableResponse, writeResponse } from '../../core/json/written.ts';
import type { Log } from '../../core/log.ts';
import { isPlainMessage, type MessageEntry } from '../internals/message-entry.ts';
import { type RunningRequests, watchEnds } from '../internals/request-ends.ts';
import { closeServer } from '../internals/server-close.ts';
import { keepThrownReadable } from '../internals/thrown-values.ts';
import { noServer } from './build-server.ts';
import { withReadableError } from './readable-error.ts';
import { asksForTools, type ToolLists } from './tool-lists.ts';
import type { UserServer } from './user-server.ts';

type Listener = (message: JsonRpcMessage, extra?: unknown) => void;

/** The functions with which an SDK listens to a transport. */
export interface Listeners {
  readonly onclose: (() => void) | undefined;
  readonly onerror: ((error: Error) => void) | undefined;
  readonly onmessage: Listener | undefined;
}

/** What code that watches a server's messages replaces on its transport. */
const WATCHED = ['onclose', 'onerror', 'onmessage', 'send', 'start', 'close'] as const;

/** What our transports have in common. Each is connected to one server at a time, and that server's SDK listens to it. */
export abstract class ServerTransport {
  readonly #log: Log;
  #closer: (() => void) | undefined;
  #closers = 0;
  #onerror: ((error: Error) => void) | undefined;
  #onerrors = 0;
  #listener: Listener | undefined;
  #listeners = 0;
  #entry: MessageEntry | undefined;
  #lists: ToolLists | undefined;
  #server: UserServer | undefined;
  #running: RunningRequests | undefined;
  /** The last request for a list that went to the server, and the function that keeps its answer. */
  #asked: { readonly id: RequestId; readonly keep: (answer: JsonRpcResponse) => void } | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get onclose(): (() => void) | undefined {
    return this.#closer;
  }

  /** The SDK sets it once, at `connect`. */
  set onclose(closer: (() => void) | undefined) {
    this.#closer = closer;
    this.#closers += 1;
  }

  get onerror(): ((error: Error) => void) | undefined {
    return this.#onerror;
  }

  /** The SDK sets it once, at `connect`. */
  set onerror(onerror: ((error: Error) => void) | undefined) {
    this.#onerror = onerror;
    this.#onerrors += 1;
  }

  get onmessage(): Listener | undefined {
    return this.#listener;
  }

  /** The SDK sets it once, at `connect`. */
  set onmessage(listener: Listener | undefined) {
    this.#listener = listener;
    this.#listeners += 1;
  }

  /** The functions with which the SDK listens. Undefined: other code watches the server, because it has wrapped one of them or a method. */
  get listeners(): Listeners | undefined {
    const { onclose, onerror, onmessage } = this;
    if (this.#closers !== 1 || this.#onerrors !== 1 || this.#listeners !== 1) return undefined;
    return WATCHED.some((name) => Object.hasOwn(this, name)) ? undefined : { onclose, onerror, onmessage };
  }

  /** Makes the SDK listen with the functions that it has given to another transport of the same server. */
  listenWith({ onclose, onerror, onmessage }: Listeners): void {
    this.onclose = onclose;
    this.onerror = onerror;
    this.onmessage = onmessage;
  }

  /** Sends messages to `entry` while only the SDK listens. Code that watches servers wraps `onmessage`, and must see every message. */
  useEntry(entry: MessageEntry | undefined): void {
    this.#entry = entry;
  }

  /** Answers requests for the tools of `server` from `lists`. `server` must be connected. */
  useLists(lists: ToolLists, server: UserServer): void {
    this.#lists = lists;
    this.#server = server;
  }

  async start(): Promise<void> {}

  /** Connects a server. Throws if it does not listen: what has `connect` and is no server of an SDK would never answer. */
  async join(server: UserServer): Promise<void> {
    await server.connect(this);
    if (this.#listener === undefined) throw noServer();
  }

  /** Answers requests whose handler ends without a response, because the SDK never answers them. `server` must be connected. */
  useEnds(server: UserServer): void {
    keepThrownReadable(server, this.#log);
    this.#running = watchEnds(server, (id) => this.ended(id));
  }

  /** Whether the SDK is known to run a request still. */
  protected runs(id: RequestId): boolean {
    return this.#running?.has(id) === true;
  }

  /** Tells the server that this transport has closed. Code that watches servers wraps `onclose`, and must see it. */
  protected closeServer(): void {
    // A server that is used again must not keep the call that it has served.
    this.#running?.unwatch();
    const watched = this.#closers !== 1 || Object.hasOwn(this, 'onclose');
    if (this.#server === undefined || watched) this.onclose?.();
    else closeServer(this.#server, () => this.onclose?.());
  }

  abstract send(message: JsonRpcMessage): Promise<void>;

  abstract close(): Promise<void>;

  /** Hands a message to the server. If code that watches the server's messages throws, a request is answered with an error. */
  protected enter(message: JsonRpcRequest | JsonRpcNotification, extra: unknown): void {
    // Clients may use an id again. The earlier request with this id has then ended, and its list will not come.
    if (this.#asked !== undefined && isRequest(message) && message.id === this.#asked.id) this.#asked = undefined;
    try {
      this.#enter(message, extra);
    } catch (err) {
      this.#log.warn({ method: message.method, err }, 'a message could not be handed to the server');
      if (isRequest(message)) void this.send(rpcError(message.id, RPC.internal, 'Internal error'));
    }
  }

  #enter(message: JsonRpcRequest | JsonRpcNotification, extra: unknown): void {
    const watched = this.#listeners !== 1 || Object.hasOwn(this, 'onmessage');
    if (this.#entry === undefined || watched || !isPlainMessage(message)) this.onmessage?.(message, extra);
    else if (!isRequest(message)) this.#entry.notification(message, extra);
    else if (!this.#answerFromList(message)) this.#entry.request(message, extra);
  }

  /**
   * Hands the server the answer to one of its questions. If code that watches the server's messages throws, the SDK gets the answer without it, because a
   * handler waits for it. If that is not possible, the server closes, so that the call gets an error.
   */
  protected enterAnswer(response: JsonRpcResponse, extra?: unknown): void {
    try {
      this.onmessage?.(response, extra);
    } catch (err) {
      this.#log.warn({ err }, "code that watches a server's messages failed at an answer of the client");
      this.#answerUnwatched(response);
    }
  }

  #answerUnwatched(response: JsonRpcResponse): void {
    if (this.#entry === undefined) {
      this.close().catch((err: unknown) => this.#log.warn({ err }, 'a server failed while it closed'));
      return;
    }
    try {
      this.#entry.answer(response);
    } catch (err) {
      // The watching code handed the answer over before it failed, and the server's `onerror` throws when the answer comes again.
      this.#log.warn({ err }, 'a server failed at an answer of the client');
    }
  }

  /** Aborts a handler. SDK v1 ignores a cancellation of the ids 0 and ''. */
  protected abortHandler(id: RequestId, reason: string | undefined): void {
    const params = { requestId: id, ...(reason === undefined ? {} : { reason }) };
    if (id === 0 || id === '') this.#entry?.abort(id, reason);
    this.enter({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, undefined);
  }

  /**
   * A response of the server as it goes out, with its JSON. A server's values enter anypod here, so a response that JSON cannot hold becomes an error.
   * `call` is the call that it answers, if known.
   */
  protected leave(response: JsonRpcResponse, call: CallName | undefined): JsonRpcResponse {
    const written = this.#write(response, call);
    if (this.#asked === undefined || response.id !== this.#asked.id) return written;
    const { keep } = this.#asked;
    this.#asked = undefined;
    keep(written);
    return written;
  }

  /** The SDK has ended a request. It may have sent no response. */
  protected abstract ended(id: RequestId): void;

  /** The response to a request whose handler has thrown something from which the SDK can make no response. */
  protected failed(id: RequestId, call: CallName | undefined): JsonRpcResponse {
    this.#log.warn(labelOf(call), 'a handler threw a value that is not an error; its client got an error');
    return rpcError(id, RPC.internal, failedSilently(call));
  }

  #write(response: JsonRpcResponse, call: CallName | undefined): JsonRpcResponse {
    try {
      return writeResponse(withReadableError(response), call);
    } catch (error) {
      if (!(error instanceof UnwritableError)) throw error;
      this.#log.warn(
        labelOf(call),
        'a response of the server cannot be written as JSON; its client got an error that says why',
      );
      return unwritableResponse(response.id, error);
    }
  }

  #answerFromList(request: JsonRpcRequest): boolean {
    if (this.#server === undefined || this.#lists === undefined || !asksForTools(request)) return false;
    const answer = this.#lists.find(this.#server);
    if (answer === undefined) this.#asked = { id: request.id, keep: this.#lists.keeper(this.#server) };
    else void this.send({ jsonrpc: '2.0', id: request.id, ...answer });
    return answer !== undefined;
  }
}

/** The log fields of a request. They contain only names that the module has chosen, never the client's values. */
function labelOf(call: CallName | undefined): Record<string, unknown> {
  if (call === undefined) return {};
  const { method, name } = call;
  return method === 'tools/call' || method === 'prompts/get' ? { method, name } : { method };
}
