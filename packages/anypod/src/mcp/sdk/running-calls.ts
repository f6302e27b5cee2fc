import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallContext, CallContexts } from '../../core/call-context.ts';
import type { JsonRpcRequest, RequestId } from '../../core/json-rpc.ts';
import { isPlainMessage } from '../internals/message-entry.ts';

/**
 * A request that a server answers. What a handler leaves behind, such as a socket that is kept alive, keeps this with it for good. So it holds names
 * only: no message, and nothing that leads to a server.
 */
export class RunningCall implements CallContext {
  /** Which server's request this is: an object that is that server's alone. Undefined: a server of one request. */
  readonly owner: object | undefined;
  /** The id under which the server got it. */
  readonly id: RequestId;
  /** The pod's name of the request; undefined: a request of 2026-07-28. */
  readonly run: number | undefined;
  readonly session: string | undefined;
  readonly method: string;
  readonly name: string | undefined;
  /** Whether the SDK's own schemas would take the request for nothing special; see `isPlainMessage`. */
  readonly plain: boolean;

  constructor(request: JsonRpcRequest, session?: string, owner?: object, run?: number) {
    const { id, method, params } = request;
    this.owner = owner;
    this.id = id;
    this.run = run;
    this.session = session;
    this.method = method;
    this.plain = isPlainMessage(request);
    const name = method === 'resources/read' ? params?.['uri'] : params?.['name'];
    this.name = typeof name === 'string' ? name : undefined;
  }

  get tool(): string | undefined {
    return this.method === 'tools/call' ? this.name : undefined;
  }
}

/** The async context of handlers, of both eras: one storage, since each costs with every promise. */
export interface RunningCalls extends CallContexts {
  current(): RunningCall | undefined;
  run(call: RunningCall, work: () => void): void;
  /** The calls that have begun since it was last asked, 8 at most. */
  takeBegun(): readonly RunningCall[];
}

const MOST_BEGUN = 8;

export function createRunningCalls(): RunningCalls {
  const storage = new AsyncLocalStorage<RunningCall>();
  let begun: RunningCall[] = [];
  return {
    current: () => storage.getStore(),
    run(call, work) {
      if (begun.length < MOST_BEGUN) begun.push(call);
      storage.run(call, work);
    },
    takeBegun() {
      if (begun.length === 0) return begun;
      const taken = begun;
      begun = [];
      return taken;
    },
  };
}
