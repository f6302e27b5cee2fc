import type { RequestWatch } from '../../core/meter.ts';
import type { EventSink, Reply } from '../../core/reply.ts';
import type { PodContext } from '../context/context.ts';
import { retryWhileStoreAway } from '../context/store-retry.ts';

/** A refusal, which is the answer to the POST itself. */
export interface Refused {
  readonly status: number;
  readonly body: string;
}

/** An answer that goes to the session's standing stream, because the client of HTTP+SSE takes nothing else. */
export interface StandingReply extends Reply {
  /** Resolves when the answer is stored or has become a stream. A value: the request was refused, and nothing goes to the stream. */
  readonly begun: Promise<Refused | undefined>;
}

/**
 * A sink whose events go to a session's standing stream. They are stored there, so the sink outlives its pod. `send` rejects if the session has ended;
 * then there is no client any more.
 */
export function createStandingSink(context: PodContext, send: (data: string) => Promise<void>): EventSink {
  const { background } = context;
  let last: Promise<void> = Promise.resolve();
  return {
    open: true,
    outlives: true,
    send({ data }) {
      if (data === '') return true;
      last = last.then(() => retryWhileStoreAway(context, () => send(data)));
      background.run('send on the stream of HTTP+SSE', last);
      last = last.catch(() => undefined);
      return true;
    },
    drained: () => last,
    end: () => undefined,
    onClose: () => undefined,
  };
}

/** Creates the reply to one POST of HTTP+SSE. `send` sends a message on the session's standing stream. */
export function createStandingReply(
  context: PodContext,
  send: (data: string) => Promise<void>,
  watch: RequestWatch,
): StandingReply {
  const { promise: begun, resolve } = Promise.withResolvers<Refused | undefined>();
  const sink = createStandingSink(context, send);
  return {
    begun,
    watch,
    form: 'either',
    outlives: true,
    json(status, body) {
      if (status !== 200) return resolve({ status, body });
      sink.send({ data: body });
      void sink.drained().then(() => resolve(undefined));
    },
    empty: () => resolve(undefined),
    stream() {
      resolve(undefined);
      return sink;
    },
  };
}
