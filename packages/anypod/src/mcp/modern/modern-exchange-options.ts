import type { Deadlines } from '../../core/deadlines.ts';
import type { JsonRpcMessage, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { Change } from '../../core/store/change-log.ts';
import type { Traces } from '../../core/traces.ts';
import type { Asking } from '../parked/call-questions.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';

export interface ModernExchangeOptions {
  /** The id with which the server gets the request. Undefined: the client's id. */
  readonly id?: number;
  /** Seals the state of a response that goes out. */
  readonly seal: (response: JsonRpcResponse) => JsonRpcResponse;
  /** Publishes a change for all listeners, which does not belong to this request. The SDK's own transport would drop it silently. */
  readonly publish: (change: Change) => void;
  /** Lets the handler ask the client. Undefined: a request of our own, which has no client. */
  readonly asking?: Asking | undefined;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly deadlines: Deadlines | undefined;
  readonly log: Log;
  /** Undefined: nobody traces. */
  readonly traces: Traces | undefined;
  readonly calls: RunningCalls;
  /** Counts a request that a limit has refused. */
  readonly limited: Meter['limited'];
}

/** What the SDK passes to a transport with a message. */
export interface MessageExtra {
  readonly request?: unknown;
  readonly authInfo?: unknown;
}

/** The part of `PerRequestHTTPServerTransport` that the SDK itself calls. */
export interface SdkTransport {
  handleMessage(message: JsonRpcMessage, extra?: MessageExtra): Promise<Response>;
}
