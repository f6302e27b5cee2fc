import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse, RequestId } from '../core/json-rpc.ts';
import type { EventSink, Reply } from '../core/reply.ts';
import { isStoreAway } from '../pod/context/store-retry.ts';
import { refuse } from './refusal.ts';

/** How long a client is kept waiting while the store is away. */
const HOLD_MS = 60_000;
const HOLD_CHECK_MS = 250;

/**
 * Runs `listen`. Where the store is away and the client resumes a request (`resumed` tells which; it needs no store), the client is kept on an open
 * stream until the outage is over: clients try to resume twice only. Throws what `listen` throws otherwise.
 */
export async function holdThroughOutage(
  listen: (to: Reply) => Promise<void>,
  reply: Reply,
  resumed: () => RequestId | undefined,
): Promise<void> {
  try {
    await listen(reply);
  } catch (error) {
    const request = isStoreAway(error) ? resumed() : undefined;
    if (request === undefined) throw error;
    await listenWhenStored(listen, holdReply(reply, request));
  }
}

async function listenWhenStored(listen: (to: Reply) => Promise<void>, held: HeldReply): Promise<void> {
  const until = Date.now() + HOLD_MS;
  while (held.waiting) {
    await delay(HOLD_CHECK_MS, undefined, { ref: false });
    try {
      await listen(held);
      return;
    } catch (error) {
      if (!isStoreAway(error) || Date.now() >= until) refuse(held, null, error);
    }
  }
}

/** Runs `post`, which answers nothing but that it was done, again and again through an outage: no client sends an answer or a cancellation twice. */
export async function repeatThroughOutage(post: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const until = Date.now() + HOLD_MS;
  for (;;) {
    try {
      return await post();
    } catch (error) {
      if (!isStoreAway(error) || signal.aborted || Date.now() >= until) throw error;
      await delay(HOLD_CHECK_MS, undefined, { ref: false });
    }
  }
}

/** A reply whose stream is already open: the client waits on heartbeats, and whatever is answered comes as an event. */
interface HeldReply extends Reply {
  /** The client is still there and nothing has been answered. */
  readonly waiting: boolean;
}

/**
 * Opens the stream at once, for a client that would count any other answer as one of its few attempts. An error is then the answer to
 * `request`, which it came back for.
 */
function holdReply(reply: Reply, request: RequestId): HeldReply {
  const sink: EventSink = reply.stream('request');
  let answered = false;
  return {
    watch: reply.watch,
    form: reply.form,
    get waiting() {
      return !answered && sink.open;
    },
    json(_status, body) {
      answered = true;
      const error = JSON.parse(body) as JsonRpcResponse;
      sink.send({ data: JSON.stringify({ ...error, id: request }) });
      sink.end();
    },
    empty() {
      answered = true;
      sink.end();
    },
    stream() {
      answered = true;
      return sink;
    },
  };
}
