import type { JsonRpcNotification, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { writeMessage } from '../../core/json/written.ts';
import { passesLogLevel } from '../../core/log-level.ts';
import type { Outlet, Related } from '../../core/server-host.ts';
import type { Session } from '../../core/session/session.ts';
import { changeName } from '../../core/store/change-log.ts';
import type { PodContext } from '../context/context.ts';
import type { RunningRequests, Settle } from './running-requests.ts';
import type { ToldServer } from './told-server.ts';
import type { Unsettled } from './unsettled.ts';

/** If a server announces a change of its own lists, only its own session is told. */
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** The parts of a session that its server's messages need. */
export interface SpeakingSession {
  readonly id: string;
  readonly session: Session;
  readonly ended: boolean;
  /** Whether the cached level includes every change that was confirmed to the client. */
  readonly isFresh: boolean;
  /** The pod is telling the server what an earlier server of the session was told on another pod. */
  readonly repeating: boolean;
  readonly told: ToldServer | undefined;
  readonly requests: RunningRequests;
  /** Questions that wait for an answer here. */
  readonly questions: Set<string>;
  refresh(): Promise<void>;
  /** Sends a message on the standing stream. Rejects if the session has ended. */
  stand(data: string): Promise<void>;
  onServerClosed(): void;
  onTouched(): void;
  /** What must be stored before the session's next answers leave. */
  readonly unsettled: Unsettled;
}

/** Creates the outlet that receives the messages of a session's server. It is a plain object, so that a host may wrap it. */
export function createSessionOutlet(context: PodContext, live: SpeakingSession): Outlet {
  const { store, pod, background, announcer, log } = context;

  /**
   * A message that belongs to a request goes out with its answer. If the request has ended, or its client accepts only the answer, the message goes to
   * the standing stream. There is one exception: if the handler itself names a request that has ended, `send` throws.
   */
  async function send(data: string, related: Related | undefined): Promise<void> {
    if (related?.deliver !== undefined) return related.deliver(data);
    const running = related === undefined ? undefined : live.requests.get(related.run);
    if (running?.exchange.emit(data) === true) return;
    if (related?.named === true && running?.exchange.streams !== false) {
      throw new Error('The request of this message has ended, so nothing was sent.');
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
    // A session without a server is not in the store yet. If its copy is fresh, the pod does not wait, so messages keep their order.
    if (live.told !== undefined && !live.isFresh) await live.refresh();
    return !live.ended && passesLogLevel(params?.['level'], live.session.logLevel);
  }

  async function announceUpdate(uri: string): Promise<void> {
    const change = { kind: 'resource_updated', uri } as const;
    await announcer.announce(changeName(change), () => store.changes.publish(change));
  }

  async function announceList(method: string, data: string): Promise<void> {
    // The session's first server has already announced it.
    if (live.repeating) return;
    // `McpServer` announces these by itself and does not wait, so nothing would handle a rejection.
    await announcer
      // The session may have ended while the announcement waited.
      .announce(`${live.id} ${method}`, async () => (live.ended ? undefined : send(data, undefined)))
      .catch((err: unknown) => log.warn({ err, method }, 'a change could not be announced'));
  }

  return {
    respond(run, response) {
      const settle = live.requests.get(run)?.settle;
      const { settled } = live.unsettled;
      if (settle === undefined && settled === undefined) return respond(run, response);
      background.run(
        'settle request',
        settledResponse(response, settle, settled).then((last) => respond(run, last)),
      );
    },
    async ask(question, request, related) {
      const data = writeMessage(request);
      live.questions.add(question);
      live.told?.asks();
      try {
        // Until its user answers, the client may ask other pods. It must find there what the handler has changed.
        await Promise.all([store.questions.ask(live.id, question, pod), live.unsettled.settled]);
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
      // Whoever is told of a new list must find it on every pod.
      if (LIST_CHANGED.test(method)) await live.unsettled.settled;
      if (related === undefined && LIST_CHANGED.test(method)) await announceList(method, data);
      else await send(data, related);
    },
    awaits: (run) => live.requests.get(run) !== undefined,
    closed: () => live.onServerClosed(),
    touched: () => live.onTouched(),
  };
}

/** The answer for the client, once everything is stored of which it tells. */
async function settledResponse(
  response: JsonRpcResponse,
  settle: Settle | undefined,
  settled: Promise<void> | undefined,
): Promise<JsonRpcResponse> {
  const last = settle === undefined ? response : await settle(response);
  await settled;
  return last;
}

/** The URI of an updated resource. All sessions with a subscription to it are told, not only the session whose handler announces it. */
function updatedResource({ method, params }: JsonRpcNotification): string | undefined {
  return method === 'notifications/resources/updated' ? String(params?.['uri']) : undefined;
}
