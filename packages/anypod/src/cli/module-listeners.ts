import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import type { Cause } from './leaving.ts';

/** What anypod listens to itself, and must hear of first. */
const EVENTS = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'] as const;
type Held = (typeof EVENTS)[number];

/** A module has one, or a few; more come from a factory that adds one with each server. */
const MOST_KEPT = 8;
const HELD =
  'the server module listens to this event, which anypod handles itself; its listener runs after the drain, so that it cuts off no call. Better remove it, and release what a server holds in its onclose';
const TOO_MANY = `the server module adds one listener after the other; only ${MOST_KEPT} are kept. Add them outside of the factory, or not at all`;
/** How long the listeners may take in the end. */
const RUN_WITHIN_MS = 2000;

// biome-ignore lint/suspicious/noExplicitAny: the listeners of each event take other arguments.
type Listener = ((...args: any[]) => unknown) & { listener?: Listener };

/** The listeners that a server's module has added to the process. */
export interface ModuleListeners {
  /** Calls those of an event, and waits for what they return, 2 s at most. Never rejects. */
  run(cause: Cause): Promise<void>;
}

/**
 * Holds back what a module listens to from now on: its listeners stay registered, and the module may remove them, but they are called by `run` only. So
 * one that ends the process cuts no drain short. Listeners that are there already are anypod's, and come back where the module removes them.
 */
export function holdModuleListeners(target: EventEmitter, log: Log): ModuleListeners {
  const own = new Map(EVENTS.map((event) => [event, target.listeners(event) as Listener[]]));
  const placeholders = new WeakSet<Listener>();
  const told = new Set<string>();
  let looking = false;

  const originals = (event: string) => rawListeners(target, event).filter((listener) => placeholders.has(listener));

  /** False: there are too many already. */
  function hold(event: Held, given: Listener): boolean {
    target.removeListener(event, given);
    if (originals(event).length >= MOST_KEPT) return false;
    // `removeListener` finds it by `listener`, as it finds what `once` was given.
    const placeholder: Listener = Object.assign(() => undefined, { listener: given.listener ?? given });
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

  // Not at once: it is called before the listener is there. Nothing that is listened to happens before a microtask.
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
