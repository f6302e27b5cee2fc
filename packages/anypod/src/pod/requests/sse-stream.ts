import { type Caller, principalOf } from '../../core/caller.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import type { EventIds, EventPlace } from '../../core/session/event-id.ts';
import type { SessionRecord } from '../../core/session/session.ts';
import { createSessionId } from '../../core/session/session-id.ts';
import type { PodContext } from '../context/context.ts';
import { tooLate } from '../context/too-late.ts';
import { countSession } from '../sessions/counted-sessions.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { Listen } from './listen.ts';

/** Separates the session from the event id of its standing stream. Neither contains it. */
const SEPARATOR = '~';

/** What a pod knows of HTTP+SSE (2024-11-05): a client has one stream for everything, and posts its messages to the address that the stream names. */
export interface SseStreamOptions {
  readonly context: PodContext;
  readonly listen: Listen;
  /** Takes an existing session into use. Undefined: this caller has none of this id. */
  readonly take: (id: string, caller: Caller) => Promise<LiveSession | undefined>;
  readonly release: (live: LiveSession) => void;
}

/**
 * Serves the GET of HTTP+SSE. Without `lastEventId` it begins a session, which the client then initializes. With one it continues the stream of that
 * session: the revision has no event ids, but clients that use `EventSource` send the last one when they reconnect. `addressOf` makes the address for
 * the messages of a session.
 */
export type OpenSseStream = (
  caller: Caller,
  lastEventId: string | undefined,
  addressOf: (session: string) => string,
  reply: Reply,
) => Promise<void>;

/** The place that a last event id of HTTP+SSE names. Undefined: the id is not genuine. */
export function placeOfSse(eventIds: EventIds, lastEventId: string): EventPlace | undefined {
  const [id = '', place = ''] = lastEventId.split(SEPARATOR, 2);
  return eventIds.parse(id, place);
}

export function createOpenSseStream({ context, listen, take, release }: SseStreamOptions): OpenSseStream {
  const { store, signer, random, pod, eventIds } = context;

  async function begin(caller: Caller): Promise<LiveSession | undefined> {
    if (context.departed()) throw tooLate();
    const principal = principalOf(caller.authInfo);
    const boundTo = context.verifiesCallers === true ? principal : undefined;
    const id = createSessionId(signer, random, store.versions.current(), boundTo);
    const record: SessionRecord = {
      id,
      protocolVersion: '',
      transport: 'sse',
      initialize: { protocolVersion: '', capabilities: {}, clientInfo: {} },
      createdAt: Date.now(),
      ...(principal === undefined ? {} : { principal }),
      ...(await countSession(context, id, caller)),
    };
    await store.sessions.create(record, pod, await store.changes.tail());
    return take(record.id, caller);
  }

  async function serve(
    live: LiveSession,
    eventId: string | undefined,
    address: string,
    reply: Reply,
    caller: Caller,
  ): Promise<void> {
    try {
      await listen(live, eventId, addressFirst(reply, live.id, address), caller);
    } finally {
      release(live);
    }
  }

  return async (caller, lastEventId, addressOf, reply) => {
    const [id = '', place = ''] = lastEventId?.split(SEPARATOR, 2) ?? [];
    const live = lastEventId === undefined ? await begin(caller) : await take(id, caller);
    const known = lastEventId === undefined || eventIds.parse(id, place)?.kind === 'standing';
    if (live?.session.record.transport === 'sse' && known) {
      return serve(live, lastEventId === undefined ? undefined : place, addressOf(live.id), reply, caller);
    }
    if (live !== undefined) release(live);
    const message =
      'Last-Event-ID names no session: it ended, or never existed. Open the stream without Last-Event-ID.';
    reply.json(404, JSON.stringify(rpcError(null, RPC.sessionNotFound, message)));
  };
}

/** A reply whose stream begins with the address for the client's messages, and whose event ids name the session. */
function addressFirst(reply: Reply, session: string, address: string): Reply {
  return {
    form: reply.form,
    watch: reply.watch,
    json: (status, body, headers) => reply.json(status, body, headers),
    empty: (status) => reply.empty(status),
    stream: (kind) => addressedSink(reply.stream(kind), session, address),
  };
}

function addressedSink(sink: EventSink, session: string, address: string): EventSink {
  return {
    get open() {
      return sink.open;
    },
    // The standing stream begins with an event without data, which only gives the client an id.
    send: ({ id, data, ...event }) =>
      sink.send({
        ...event,
        ...(id === undefined ? {} : { id: session + SEPARATOR + id }),
        ...(data === '' ? { event: 'endpoint', data: address } : { data }),
      }),
    drained: () => sink.drained(),
    end: (retryMs) => sink.end(retryMs),
    onClose: (listener) => sink.onClose(listener),
  };
}
