import { connect, type Socket } from 'node:net';

export interface EventSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Called for each message on the stream, when it arrives. */
  readonly onMessage: () => void;
  /** Called with the time (ms) after which the server asks its client to come back. */
  readonly onRetry?: (ms: number) => void;
  /** Called once, when the connection is gone, whoever ended it. */
  readonly onClose?: () => void;
}

/** A GET stream that costs its reader next to nothing: it counts messages and keeps none. */
export interface EventSocket {
  /** Resolves when the server has answered 200; rejects with what it answered instead. */
  readonly opened: Promise<void>;
  /** Whether the stream is still open. */
  readonly open: boolean;
  close(): void;
}

const MESSAGE = '\ndata: {';
const RETRY = /^retry: (\d+)/m;

export function openEventSocket(options: EventSocketOptions): EventSocket {
  const { host, port, path, headers, onMessage, onRetry, onClose } = options;
  // The end of a stream is the end of its connection, also behind a balancer.
  const own = { host: `${host}:${port}`, accept: 'text/event-stream', connection: 'close' };
  const lines = Object.entries({ ...own, ...headers });
  const socket: Socket = connect(port, host);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`);
  let open = false;
  // A message that two chunks share is counted once its beginning is whole.
  let tail = '';
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before it was answered')));
    socket.on('data', (chunk) => {
      const text = tail + chunk.toString('latin1');
      if (!open) {
        if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 200)));
        open = true;
        resolve();
      }
      let at = text.indexOf(MESSAGE);
      let end = 0;
      for (; at !== -1; at = text.indexOf(MESSAGE, end)) {
        end = at + MESSAGE.length;
        onMessage();
      }
      const retry = RETRY.exec(text)?.[1];
      if (retry !== undefined) onRetry?.(Number(retry));
      tail = text.slice(Math.max(end, text.length - MESSAGE.length + 1));
    });
  });
  opened.catch(() => {});
  socket.on('close', () => {
    open = false;
    onClose?.();
  });
  return {
    opened,
    get open() {
      return open;
    },
    close: () => socket.destroy(),
  };
}
