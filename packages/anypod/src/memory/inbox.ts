import type { Inbox, InboxMessage } from '../core/store/inbox.ts';

type Receiver = (message: InboxMessage) => void;

/** The inboxes of the pods that share one process. */
export interface MemoryInbox extends Inbox {
  /** Removes a pod's inbox. */
  remove(pod: string): void;
  close(): void;
}

/** Messages arrive after `send` has returned, as they do between processes. No gap can occur. */
export function createMemoryInbox(): MemoryInbox {
  const receivers = new Map<string, Receiver>();

  return {
    async send(pod, message) {
      const receiver = receivers.get(pod);
      if (!receiver) return;
      setImmediate(() => {
        if (receivers.get(pod) === receiver) receiver(message);
      });
    },

    async listen(pod, onMessage) {
      const receiver: Receiver = (message) => onMessage(message);
      receivers.set(pod, receiver);
      return {
        async stop() {
          if (receivers.get(pod) === receiver) receivers.delete(pod);
        },
      };
    },

    remove: (pod) => void receivers.delete(pod),
    close: () => receivers.clear(),
  };
}
