import {
  isResponse,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from '../../core/json/json-rpc.ts';

/** The transport over which the probe asks a server before it serves. Sends one request at a time. */
export class ProbeTransport {
  onmessage?: (message: JsonRpcMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #answered: ((response: JsonRpcResponse) => void) | undefined;

  async start(): Promise<void> {}

  async send(message: JsonRpcMessage): Promise<void> {
    if (isResponse(message)) this.#answered?.(message);
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  /** Never settles if the server does not answer. */
  ask(request: JsonRpcRequest): Promise<JsonRpcResponse> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.onmessage?.(request);
    });
  }
}
