import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../core/log.ts';
import type { Cause } from './leaving.ts';

/** The events that anypod itself handles, before the module does. */
const EVENTS = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'] as const;
type Held = (typeof EVENTS)[number];

/** A module has one or a few listeners. If there are more, the factory adds one with each server. */
const MOST_KEPT = 8;
const HELD =
  'the server module listens to this event, which anypod handles itself; its listener runs after the drain, so that it interrupts no call. It is better to remove it, and to release what a server holds in its onclose';
const TOO_MANY = `the server module adds one listener after the other; only ${MOST_KEPT} are kept. Add listeners outside of the factory, or not at all`;
/** How long the listeners may take after the drain. */
const RUN_WITHIN_MS = 2000;

// biome-ignore lint/suspicious/noExplicitAny: the listeners of each event take other arguments.
type Listener = ((...args: any[]) => unknown) & { listener?: Listener };

/** The listeners that a server's module has added to the process. */
export interface ModuleListeners {
  /** Calls the listeners of an event, and waits for what they return, 2 s at most. Never rejects. */
  run(cause: Cause): Promise<void>;
}

/**
 * Holds back the listeners that a module adds from now on. They stay registered, and the module may remove them, but only `run` calls them. So a
 * listener that ends the process does not cut the drain short. Existing listeners are anypod's own. If the module removes one, it is added again.
 */
export function holdModuleListeners(target: EventEmitter, log: Log): ModuleListeners {
  const own = new Map(EVENTS.map((event) => [event, target.listeners(event) as Listener[]]));
  const placeholders = new WeakSet<Listener>();
  const told = new Set<string>();
  let looking = false;

  const originals = (event: string) => rawListeners(target, event).filter((listener) => placeholders.has(listener));

  /** Replaces a listener by a placeholder. False: there are too many already, so the listener is removed. */
  function hold(event: Held, added: Listener): boolean {
    target.removeListener(event, added);
    if (originals(event).length >= MOST_KEPT) return false;
    // `removeListener` finds the placeholder by `listener`, as it does for a function that was passed to `once`.
    const placeholder: Listener = Object.assign(() => undefined, { listener: added.listener ?? added });
    placeholders.add(placeholder);
    target.on(event, placeholder);
    return true;
  }

  function lookAt(event: Held): void {
    const ours = own.get(event) ?? [];
    const listeners = rawListeners(target, event);
    for (const listener of ours) if (!listeners.includes(listener)) target.prependListener(event, listener);
    const added = listeners.filter((listener) => !ours.includes(listener) && !placeholders.has(listener));
    const held = added.filter((listener) => hold(event, listener));
    if (held.length > 0) tell(event, HELD);
    if (held.length < added.length) tell(event, TOO_MANY);
  }

  function tell(event: Held, message: string): void {
    if (told.has(event + message)) return;
    told.add(event + message);
    log.warn({ event }, message);
  }

  // `newListener` comes before the listener is added, so this looks in a microtask. None of the events happens before it.
  const lookSoon = (event: string) => {
    if (looking || !(EVENTS as readonly string[]).includes(event)) return;
    looking = true;
    queueMicrotask(() => {
      for (const each of EVENTS) lookAt(each);
      looking = false;
    });
  };
  target.on('newListener', lookSoon);
  target.on('removeListener', lookSoon);

  return {
    async run({ event, args }) {
      const calls = originals(event).map(async ({ listener }) => listener?.apply(target, [...args]));
      await Promise.race([Promise.allSettled(calls), delay(RUN_WITHIN_MS)]);
    },
  };
}

function rawListeners(target: EventEmitter, event: string): readonly Listener[] {
  return target.rawListeners(event) as Listener[];
}
