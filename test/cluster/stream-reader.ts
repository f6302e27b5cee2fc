import { readEvents, type SseEvent } from './sse.ts';
import { type Message, parse } from './wire.ts';

/** Reads a stream event by event, so that a test can act in the middle of it. */
export interface StreamReader {
  /** All events so far. */
  readonly events: readonly SseEvent[];
  /** The next event. Undefined: the stream has ended. */
  next(): Promise<SseEvent | undefined>;
  /** Reads until an event's message satisfies `match`. Throws if the stream ends first. */
  until(match: (message: Message) => boolean): Promise<Message>;
  /** Reads all that is left. */
  rest(): Promise<readonly Message[]>;
  /** Cuts the connection. */
  cut(): Promise<void>;
}

export function readStream(response: Response): StreamReader {
  const iterator = readEvents(response);
  const events: SseEvent[] = [];
  async function next(): Promise<SseEvent | undefined> {
    const step = await iterator.next();
    if (step.done === true) return undefined;
    events.push(step.value);
    return step.value;
  }
  return {
    events,
    next,
    async until(match) {
      for (let event = await next(); event !== undefined; event = await next()) {
        if (event.data !== '' && match(parse(event))) return parse(event);
      }
      throw new Error(`the stream ended without the expected message; it had ${JSON.stringify(events)}`);
    },
    async rest() {
      const messages: Message[] = [];
      for (let event = await next(); event !== undefined; event = await next()) {
        if (event.data !== '') messages.push(parse(event));
      }
      return messages;
    },
    async cut() {
      await iterator.return();
    },
  };
}

/** The id of the last event that had one. */
export function lastEventId(events: readonly SseEvent[]): string {
  const id = events.findLast((event) => event.id !== undefined)?.id;
  if (id === undefined) throw new Error('no event had an id');
  return id;
}
