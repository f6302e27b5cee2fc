import {
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from '../../core/json-rpc.ts';
import { isPlainMessage, type MessageEntry } from './message-entry.ts';
import { asksForTools, type ToolLists } from './tool-lists.ts';
import type { UserServer } from './user-server.ts';

type Listener = (message: JsonRpcMessage, extra?: unknown) => void;

/** What our transports have in common: they are connected to one server at a time, whose SDK listens to them. */
export abstract class ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #listener: Listener | undefined;
  #listeners = 0;
  #entry: MessageEntry | undefined;
  #lists: ToolLists | undefined;
  #server: UserServer | undefined;
  /** The request for a list that the server was asked for last, and what keeps the answer. */
  #asked: { readonly id: RequestId; readonly keep: (result: Record<string, unknown>) => void } | undefined;

  get onmessage(): Listener | undefined {
    return this.#listener;
  }

  /** The SDK sets it once, at `connect`. */
  set onmessage(listener: Listener | undefined) {
    this.#listener = listener;
    this.#listeners += 1;
  }

  /** Messages may go to `entry` as long as nobody but the SDK listens: what is built to watch servers wraps `onmessage`, and must see every message. */
  useEntry(entry: MessageEntry | undefined): void {
    this.#entry = entry;
  }

  /** Requests for the tools of `server`, which is connected, may be answered out of `lists`. */
  useLists(lists: ToolLists, server: UserServer): void {
    this.#lists = lists;
    this.#server = server;
  }

  async start(): Promise<void> {}

  abstract send(message: JsonRpcMessage): Promise<void>;

  protected enter(message: JsonRpcRequest | JsonRpcNotification, extra: unknown): void {
    // Ids may come again: the request that had this one before is over, and its list will not come.
    if (this.#asked !== undefined && isRequest(message) && message.id === this.#asked.id) this.#asked = undefined;
    const watched = this.#listeners !== 1 || Object.hasOwn(this, 'onmessage');
    if (this.#entry === undefined || watched || !isPlainMessage(message)) this.onmessage?.(message, extra);
    else if (!isRequest(message)) this.#entry.notification(message, extra);
    else if (!this.#answerFromList(message)) this.#entry.request(message, extra);
  }

  /** Aborts a handler. SDK v1 ignores a cancellation of the ids 0 and ''. */
  protected abortHandler(id: RequestId, reason: string | undefined): void {
    const params = { requestId: id, ...(reason === undefined ? {} : { reason }) };
    if (id === 0 || id === '') this.#entry?.abort(id, reason);
    this.enter({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, undefined);
  }

  /** Looks at a response of the server that goes out. */
  protected leave({ id, result }: JsonRpcResponse): void {
    if (this.#asked === undefined || id !== this.#asked.id) return;
    const { keep } = this.#asked;
    this.#asked = undefined;
    if (result !== undefined) keep(result);
  }

  #answerFromList(request: JsonRpcRequest): boolean {
    if (this.#server === undefined || this.#lists === undefined || !asksForTools(request)) return false;
    const result = this.#lists.find(this.#server);
    if (result === undefined) this.#asked = { id: request.id, keep: this.#lists.keeper(this.#server) };
    else void this.send({ jsonrpc: '2.0', id: request.id, result });
    return result !== undefined;
  }
}
