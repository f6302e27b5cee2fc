import { isRequest, type JsonRpcMessage, type JsonRpcNotification, type JsonRpcRequest } from '../core/json-rpc.ts';
import { isPlainMessage, type MessageEntry } from './message-entry.ts';

type Listener = (message: JsonRpcMessage, extra?: unknown) => void;

/** What our transports have in common: they are connected to one server at a time, whose SDK listens to them. */
export abstract class ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #listener: Listener | undefined;
  #listeners = 0;
  #entry: MessageEntry | undefined;

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

  async start(): Promise<void> {}

  protected enter(message: JsonRpcRequest | JsonRpcNotification, extra: unknown): void {
    const watched = this.#listeners !== 1 || Object.hasOwn(this, 'onmessage');
    if (this.#entry === undefined || watched || !isPlainMessage(message)) this.onmessage?.(message, extra);
    else if (isRequest(message)) this.#entry.request(message, extra);
    else this.#entry.notification(message, extra);
  }
}
