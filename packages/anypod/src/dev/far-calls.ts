import { AnypodError, type AnypodErrorCode } from '../core/errors.ts';
import type { Channel } from './channel.ts';
import { createReferences, type Fn } from './references.ts';

type Wire =
  | { readonly do: 'call'; readonly id: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly do: 'return'; readonly id: number; readonly value: unknown }
  | { readonly do: 'throw'; readonly id: number; readonly error: Thrown }
  | { readonly do: 'abort'; readonly signal: string };

interface Thrown {
  readonly message: string;
  readonly code?: AnypodErrorCode;
}

/** Calls of functions in another process, both ways. */
export interface FarCalls {
  /** A function that calls the far end's function of that name. It rejects with `store_unavailable` once the far end has gone. */
  far(name: string): (...args: readonly unknown[]) => Promise<unknown>;
  /** Lets the far end call `fn` by that name. */
  offer(name: string, fn: Fn): void;
}

/**
 * Calls over a channel. Arguments and results may be what structured clone copies, functions, signals, and plain objects with functions in them. The far
 * end's functions return promises, whose rejections need no handler.
 */
export function createFarCalls(channel: Channel): FarCalls {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const references = createReferences({ call: far, abort: (signal) => send({ do: 'abort', signal }) });
  let calls = 0;
  let closed = false;
  const send = (wire: Wire) => channel.send(wire);

  function far(name: string) {
    return (...args: readonly unknown[]): Promise<unknown> => {
      if (closed) return Promise.reject(gone());
      calls += 1;
      const answer = Promise.withResolvers<unknown>();
      answer.promise.catch(() => undefined);
      waiting.set(calls, answer);
      send({ do: 'call', id: calls, name, args: args.map(references.encode) });
      return answer.promise;
    };
  }

  async function answer({ id, name, args }: Extract<Wire, { do: 'call' }>): Promise<void> {
    try {
      const value = await references.named(name)?.(...args.map(references.decode));
      send({ do: 'return', id, value: references.encode(value) });
    } catch (error) {
      const { message } = error as Error;
      send({ do: 'throw', id, error: error instanceof AnypodError ? { message, code: error.code } : { message } });
    }
  }

  channel.onMessage((message) => {
    const wire = message as Wire;
    if (wire.do === 'call') return void answer(wire);
    if (wire.do === 'abort') return references.abort(wire.signal);
    if (wire.do !== 'return' && wire.do !== 'throw') return;
    const call = waiting.get(wire.id);
    waiting.delete(wire.id);
    if (wire.do === 'return') call?.resolve(references.decode(wire.value));
    else call?.reject(errorOf(wire.error));
  });
  channel.onClose(() => {
    closed = true;
    for (const call of waiting.values()) call.reject(gone());
    waiting.clear();
  });

  return { far, offer: references.offer };
}

const gone = () => new AnypodError('store_unavailable', 'The process at the other end has gone.');

function errorOf({ message, code }: Thrown): Error {
  return code === undefined ? new Error(message) : new AnypodError(code, message);
}
