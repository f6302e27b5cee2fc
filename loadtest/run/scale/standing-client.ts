import { openEventSocket } from '../event-socket.ts';
import { inSession } from '../wire.ts';

/** What the server's clients do until a server says something else. ms. */
const RETRY_MS = 1000;

export interface StandingOptions {
  readonly port: number;
  readonly session: string;
  readonly onMessage: () => void;
  /** The stream was open and is open again. ms without it. */
  readonly onReturn: (absentMs: number) => void;
  /** A request for the stream got no stream. */
  readonly onRefused: () => void;
}

/** Holds the standing stream of a session, and opens it again when it ends, as long after as the server asks. */
export interface StandingClient {
  readonly open: boolean;
  /** Resolves when the stream is open for the first time. */
  readonly opened: Promise<void>;
  close(): void;
}

export function holdStanding({ port, session, onMessage, onReturn, onRefused }: StandingOptions): StandingClient {
  const first = Promise.withResolvers<void>();
  const target = { host: '127.0.0.1', port, path: '/mcp', headers: inSession(session), onMessage };
  let socket: ReturnType<typeof openEventSocket> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS;
  let lostAt: number | undefined;
  let closed = false;

  function connect(): void {
    let isOpen = false;
    const mine = openEventSocket({
      ...target,
      onRetry(ms) {
        retryMs = ms;
      },
      onClose() {
        if (closed) return;
        if (isOpen) lostAt = performance.now();
        timer = setTimeout(connect, retryMs);
      },
    });
    socket = mine;
    mine.opened.then(
      () => {
        isOpen = true;
        if (lostAt !== undefined) onReturn(performance.now() - lostAt);
        first.resolve();
      },
      () => {
        onRefused();
        mine.close();
      },
    );
  }

  connect();
  return {
    get open() {
      return socket?.open === true;
    },
    opened: first.promise,
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
