import { AsyncLocalStorage } from 'node:async_hooks';
import { type CallContext, type CallContexts, callNameOf } from '../../core/call-context.ts';
import type { JsonRpcRequest, RequestId } from '../../core/json/json-rpc.ts';
import { isPlainMessage } from '../internals/message-entry.ts';

/**
 * A request that a server is answering. What a handler leaves behind, such as a socket that is kept alive, may hold this object in memory for ever. So
 * it contains names only: no message, and no reference to a server.
 */
export class RunningCall implements CallContext {
  /** Identifies the server of this request: each server has its own object. Undefined: the server serves this request only. */
  readonly owner: object | undefined;
  /** The id that the server got. */
  readonly id: RequestId;
  /** The pod's number for the request. Undefined: a request of 2026-07-28. */
  readonly run: number | undefined;
  readonly session: string | undefined;
  readonly method: string;
  readonly name: string | undefined;
  /** Whether the SDK's own schemas accept the request as an ordinary one; see `isPlainMessage`. */
  readonly plain: boolean;

  constructor(request: JsonRpcRequest, session?: string, owner?: object, run?: number) {
    const { id } = request;
    const { method, name } = callNameOf(request);
    this.owner = owner;
    this.id = id;
    this.run = run;
    this.session = session;
    this.method = method;
    this.plain = isPlainMessage(request);
    this.name = name;
  }

  get tool(): string | undefined {
    return this.method === 'tools/call' ? this.name : undefined;
  }
}

/** The async context of the handlers of both eras. They share one storage, because each storage makes every promise slower. */
export interface RunningCalls extends CallContexts {
  current(): RunningCall | undefined;
  run(call: RunningCall, work: () => void): void;
  /** The calls that began last, newest first, at most 8. */
  latest(): readonly RunningCall[];
}

const KEPT = 8;

export function createRunningCalls(): RunningCalls {
  const storage = new AsyncLocalStorage<RunningCall>();
  const ring: RunningCall[] = [];
  let next = 0;
  return {
    current: () => storage.getStore(),
    run(call, work) {
      ring[next] = call;
      next = (next + 1) % KEPT;
      storage.run(call, work);
    },
    latest: () => [...ring.slice(next), ...ring.slice(0, next)].reverse(),
  };
}
