import { setTimeout as delay } from 'node:timers/promises';
import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import { isStoreAway } from '../../pod/context/store-retry.ts';
import { refuse } from './refusal.ts';

/** How long a client waits while the store is away. */
const HOLD_MS = 60_000;
const HOLD_CHECK_MS = 250;

/**
 * Runs `listen`. If the store is away and the client resumes a request, keeps the client on an open stream until the outage is over, since clients
 * try to resume only twice. `resumed` tells which request it is, without the store. Otherwise throws what `listen` throws.
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

/** Runs `post` again and again until the outage is over, since no client sends an answer or a cancellation twice. `post` must only acknowledge. */
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

/** A reply whose stream is already open. The client gets heartbeats while it waits, and then the answer as an event. */
interface HeldReply extends Reply {
  /** The client is still connected, and has no answer yet. */
  readonly waiting: boolean;
}

/**
 * Opens the stream at once, since the client would count any other answer as one of its few attempts. An error is then sent as the answer to
 * `request`, the request that the client resumes.
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
