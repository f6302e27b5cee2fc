/** A way for messages between two processes, in order. Its far end may go. */
export interface Channel {
  /** Loses the message if the far end has gone. Structured clone copies it. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** What Node gives to a child of `fork`, and to its parent. */
interface Process {
  readonly connected: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: Node's own types differ between the two ends.
  send?: (message: any, handle: undefined, options: undefined, sent: () => void) => boolean;
  on(event: string, listener: (message: unknown) => void): unknown;
}

/** The channel to a forked process, or from one to its parent. */
export function channelTo(far: Process): Channel {
  return {
    send(message) {
      // The callback takes the error, where the far end goes just now.
      if (far.connected) far.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => void far.on('message', listener),
    onClose: (listener) => void far.on('disconnect', listener),
  };
}
