import type { InboxMessage } from './inbox.ts';

/** The tasks of a pod, as its peers concern them. */
export interface TaskPeer {
  /** Acts on a message of another pod. */
  receive(message: Extract<InboxMessage, { readonly task: string }>): void;
  /** Messages of other pods may have been missed. */
  missed(): void;
  /** Another pod is lost: takes over its tasks. */
  inherit(pod: string): Promise<void>;
}
