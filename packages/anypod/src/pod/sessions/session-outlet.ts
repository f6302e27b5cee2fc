import { changeName } from '../../core/change-log.ts';
import type { JsonRpcNotification } from '../../core/json-rpc.ts';
import { passesLogLevel } from '../../core/log-level.ts';
import type { Outlet, Related } from '../../core/server-host.ts';
import type { Session } from '../../core/session.ts';
import { writeMessage } from '../../core/written.ts';
import type { PodContext } from '../context/context.ts';
import type { RunningRequests } from './running-requests.ts';
import type { ToldServer } from './told-server.ts';

/** Where a server says so of its own lists, only its own session hears it. */
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** As much of a session as its server's messages need. */
export interface SpeakingSession {
  readonly id: string;
  readonly session: Session;
  readonly ended: boolean;
  /** Whether the level is the one that the client was last told of. */
  readonly isFresh: boolean;
  /** The server is being told what an earlier server of the session was told on another pod. */
  readonly repeating: boolean;
  readonly told: ToldServer | undefined;
  readonly requests: RunningRequests;
  /** Questions that wait for an answer here. */
  readonly questions: Set<string>;
  refresh(): Promise<void>;
  /** Sends a message on the standing stream. Rejects where the session has ended. */
  stand(data: string): Promise<void>;
  onServerClosed(): void;
}

/** Takes what the user's server of a session says. A plain object, so that a host may wrap it. */
export function createSessionOutlet(context: PodContext, live: SpeakingSession): Outlet {
  const { store, pod, background, announcer, log } = context;

  /**
   * A message that belongs to a request goes out with its answer. Once the request is over, and where its client takes nothing but the answer, the
   * message goes to the standing stream. The exception: where the handler itself names a request that is over, the message is refused.
   */
  async function send(data: string, related: Related | undefined): Promise<void> {
    const running = related === undefined ? undefined : live.requests.get(related.run);
    if (running?.exchange.emit(data) === true) return;
    if (related?.named === true && running?.exchange.streams !== false) {
      throw new Error('The request that this message belongs to is over; nothing was sent.');
    }
    await live.stand(data);
  }

  function respond(run: number, response: Parameters<Outlet['respond']>[1]): void {
    const running = live.requests.end(run);
    if (running === undefined) return;
    const { exchange, request } = running;
    exchange.respond(response.id === request ? response : { ...response, id: request });
  }

  /** Whether the client wants a log message of this level. */
  async function isWanted({ params }: JsonRpcNotification): Promise<boolean> {
    // A session without a server is not in the store yet. The pod does not wait where its copy is fresh, so messages keep their order.
    if (live.told !== undefined && !live.isFresh) await live.refresh();
    return !live.ended && passesLogLevel(params?.['level'], live.session.logLevel);
  }

  async function announceUpdate(uri: string): Promise<void> {
    const change = { kind: 'resource_updated', uri } as const;
    await announcer.announce(changeName(change), () => store.changes.publish(change));
  }

  async function announceList(method: string, data: string): Promise<void> {
    // The session's first server has announced it.
    if (live.repeating) return;
    // `McpServer` announces these by itself and waits for nothing, so nobody would handle a rejection.
    await announcer
      .announce(`${live.id} ${method}`, () => send(data, undefined))
      .catch((err: unknown) => log.warn({ err, method }, 'a change could not be announced'));
  }

  return {
    respond(run, response) {
      const settle = live.requests.get(run)?.settle;
      if (settle === undefined) return respond(run, response);
      background.run(
        'settle request',
        settle(response).then((last) => respond(run, last)),
      );
    },
    async ask(question, request, related) {
      const data = writeMessage(request);
      live.questions.add(question);
      live.told?.asks();
      try {
        await store.questions.ask(live.id, question, pod);
        await send(data, related);
      } catch (error) {
        live.questions.delete(question);
        background.run('forget question', store.questions.withdraw(live.id, question));
        throw error;
      }
    },
    async withdraw(question, notification, related) {
      live.questions.delete(question);
      try {
        await send(writeMessage(notification), related);
      } finally {
        await store.questions.withdraw(live.id, question);
      }
    },
    async notify(notification, related) {
      const { method } = notification;
      if (method === 'notifications/message' && !(await isWanted(notification))) return;
      const updated = updatedResource(notification);
      if (updated !== undefined) return announceUpdate(updated);
      const data = writeMessage(notification);
      if (related === undefined && LIST_CHANGED.test(method)) await announceList(method, data);
      else await send(data, related);
    },
    awaits: (run) => live.requests.get(run) !== undefined,
    closed: () => live.onServerClosed(),
  };
}

/** An updated resource concerns all who subscribed to it, not only the session whose handler says so. */
function updatedResource({ method, params }: JsonRpcNotification): string | undefined {
  return method === 'notifications/resources/updated' ? String(params?.['uri']) : undefined;
}
