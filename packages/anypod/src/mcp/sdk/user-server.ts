import type { AuthInfo } from '../../core/caller.ts';
import type { SessionState, StateHandles } from '../../core/state/state.ts';
import type { TaskHandles } from '../../core/task/task-handles.ts';

/** A user's server: `McpServer` or `Server` of SDK v2 or v1. anypod knows it by its shape, because each module brings its own copy of the SDK. */
export interface UserServer {
  // biome-ignore lint/suspicious/noExplicitAny: the transports of v1 and v2 have no common type, and ours satisfies both.
  connect(transport: any): Promise<void>;
  close(): Promise<void>;
}

/** What a factory is told. It is a superset of the SDK's `McpRequestContext`, so factories for the SDK work unchanged. */
export interface FactoryContext {
  /** `legacy`: the server will serve one session on this pod; `modern`: one request. */
  readonly era: 'legacy' | 'modern';
  readonly authInfo?: AuthInfo;
  /** The HTTP request for which anypod builds the server. Absent in the check at the start. */
  readonly requestInfo?: Request;
  /** What the server keeps for its session. Absent in 2026-07-28, which has no sessions. In the check at the start it is empty, and nothing stays in it. */
  readonly session?: SessionState;
  /** What the server keeps under handles, in every revision. Each room may leave it out: then the builder of servers adds it. */
  readonly state?: StateHandles;
  /** Tasks that the server's own code starts and follows, in every revision. The builder of servers adds it. */
  readonly tasks?: TaskHandles;
}

/** What the user's factory is told. */
export interface ModuleContext extends FactoryContext {
  readonly state: StateHandles;
  readonly tasks: TaskHandles;
}

/** Who may share a server: the calls of one principal with the same scopes, or all calls. */
export type Reuse = 'principal' | 'all';

/** Makes a new server. It must register the same tools, resources and prompts for the same context on every pod. */
// biome-ignore lint/suspicious/noExplicitAny: `AuthInfo` differs between SDK versions; a factory may take its own.
export type ServerFactory = (context: any) => UserServer | Promise<UserServer>;
