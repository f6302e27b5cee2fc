import type { JsonRpcMessage, JsonRpcRequest } from '../core/json-rpc.ts';
import { isPlainRequest, type RequestEntry } from './request-entry.ts';

type Listener = (message: JsonRpcMessage, extra?: unknown) => void;

/** What our transports have in common: they are connected to one server at a time, whose SDK listens to them. */
export abstract class ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #listener: Listener | undefined;
  #listeners = 0;
  #entry: RequestEntry | undefined;

  get onmessage(): Listener | undefined {
    return this.#listener;
  }

  /** The SDK sets it once, at `connect`. */
  set onmessage(listener: Listener | undefined) {
    this.#listener = listener;
    this.#listeners += 1;
  }

  /** Requests may go to `entry` as long as nobody but the SDK listens: what is built to watch servers wraps `onmessage`, and must see every message. */
  useEntry(entry: RequestEntry | undefined): void {
    this.#entry = entry;
  }

  async start(): Promise<void> {}

  protected enter(request: JsonRpcRequest, extra: unknown): void {
    const watched = this.#listeners !== 1 || Object.hasOwn(this, 'onmessage');
    if (this.#entry === undefined || watched || !isPlainRequest(request)) this.onmessage?.(request, extra);
    else this.#entry(request, extra);
  }
}
