import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Answer } from '../probe/request.ts';
import type { Target } from '../probe/target.ts';
import { type Finding, unknown, WATCH_LONGER, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

/** A connection that was left open after an answer. */
export interface IdleConnection {
  /** When the other side closed it, in ms after the answer. Absent: not while it was watched. */
  readonly closedMs?: number;
  readonly watchedMs: number;
}

/** Sends a request, keeps its connection open, and watches for `watchMs` whether the other side closes it. */
export async function watchIdleConnection({ target, signal }: Visit, watchMs: number): Promise<IdleConnection> {
  const socket = open(target);
  // A server may reset the connection while nobody asks anything: that closes it, too.
  socket.on('error', () => undefined);
  try {
    await ask(target, socket, signal());
    const begun = performance.now();
    // True: the other side has closed it. The clock does not tell, because a timer may fire a moment early.
    const closed = Promise.withResolvers<boolean>();
    socket.once('end', () => closed.resolve(true)).once('close', () => closed.resolve(true));
    const timer = setTimeout(() => closed.resolve(false), watchMs);
    if (socket.destroyed || socket.readableEnded) closed.resolve(true);
    const isClosed = await closed.promise;
    clearTimeout(timer);
    const watchedMs = Math.round(performance.now() - begun);
    return isClosed ? { closedMs: watchedMs, watchedMs } : { watchedMs };
  } finally {
    socket.destroy();
  }
}

function open({ secure, host, port, authority }: Target): Socket {
  const servername = authority.replace(/:\d+$/, '');
  return secure ? connectTls({ host, port, servername }) : connectTcp({ host, port });
}

/** GET is safe, and answered by every server, if only by 405. */
function ask(target: Target, socket: Socket, signal: AbortSignal): Promise<void> {
  const { path, authority, headers = {}, secure } = target;
  const request = secure ? requestHttps : requestHttp;
  const all = { ...headers, host: authority, accept: 'application/json', connection: 'keep-alive' };
  return new Promise((resolve, reject) => {
    request({ path, method: 'GET', headers: all, createConnection: () => socket, signal }, (answer) => {
      answer.resume().once('end', resolve).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}

/** Below this a balancer, which keeps connections for a minute mostly, is likely to use one that the server is just closing. */
const SHORT_MS = 15_000;
const REMEDY =
  'A balancer that keeps connections for longer sends requests into a closing connection (502). Keep them longer than the balancer does.';

/** Whether the nearest server closes idle connections so early that requests race with it. `headers`: what it said of that itself. */
export function judgeKeepAlive(headers: Answer['headers'], { closedMs, watchedMs }: IdleConnection): Finding {
  const value = headers['keep-alive'];
  const says = typeof value === 'string' ? `; it says Keep-Alive: ${value}` : '';
  if (closedMs !== undefined) {
    const evidence = `an idle connection was closed after ${closedMs} ms${says}`;
    return closedMs < SHORT_MS ? warning(evidence, REMEDY) : well(evidence);
  }
  const evidence = `an idle connection was open after ${watchedMs} ms${says}`;
  const seconds = Number(/timeout=(\d+)/.exec(String(value))?.[1]);
  if (seconds * 1000 < SHORT_MS) return warning(evidence, REMEDY);
  if (watchedMs >= SHORT_MS || Number.isFinite(seconds)) return well(evidence);
  return unknown(evidence, WATCH_LONGER);
}
