import type { Caller } from '../caller.ts';
import type { HostedServer } from '../server-host.ts';
import type { InboxMessage } from '../store/inbox.ts';

/** The tasks of a pod, as its peers concern them. */
export interface TaskPeer {
  /** Acts on a message of another pod. */
  receive(message: Extract<InboxMessage, { readonly task: string }>): void;
  /** Messages of other pods may have been missed. */
  missed(): void;
  /** Another pod is lost: takes over its tasks. */
  inherit(pod: string): Promise<void>;
}

/** A session in use on this pod. */
export interface HeldSession {
  /** The session's server. It is built at first use. */
  server(caller: Caller): Promise<HostedServer>;
  /** Ends the use. */
  release(): void;
}

/** Takes a session into use, to run a task in it. Undefined: this caller has no such session. */
export type HoldSession = (session: string, caller: Caller) => Promise<HeldSession | undefined>;
