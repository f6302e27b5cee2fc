import type { Deadline, Deadlines, Late } from '../../core/deadlines.ts';
import type { Link } from '../../core/linked-list.ts';
import type { Log } from '../../core/log.ts';
import type { Background } from './background.ts';
import { createDeadlines } from './deadlines.ts';
import { retryWhileStoreAway } from './store-retry.ts';

/** If something is announced again within this time of an announcement, it waits until the time is over; ms. */
const WINDOW_MS = 200;

/** How many windows may be open at a time. Beyond them, every announcement is told at once. */
const MOST_WINDOWS = 10_000;

type Tell = () => Promise<unknown>;

/**
 * Tells clients of changes. Of equal announcements that come close together, it tells the first at once and the last a short time later. So a server
 * that announces without end does not keep its clients busy, and the last change is always told.
 */
export interface Announcer {
  /** Calls `tell` now or soon. Equal announcements have the same `what`. Resolves when the announcement is told or waits. Rejects as `tell` does. */
  announce(what: string, tell: Tell): Promise<void>;
  /** Resolves when no announcement of `what` waits. */
  told(what: string): Promise<void>;
  /** Tells all waiting announcements now. */
  flush(): void;
  /** Does the same. From now on every announcement is told at once. */
  close(): void;
}

/** See `PodContext`. */
interface AnnouncerContext {
  readonly background: Background;
  readonly closing: AbortSignal;
  readonly now: () => number;
  readonly log: Log;
}

export function createAnnouncer(context: AnnouncerContext, windowMs: number = WINDOW_MS): Announcer {
  const windows = new Map<string, Window>();
  const deadlines = createDeadlines(windowMs, context.now, context.log);
  let closed = false;

  const flush = () => {
    for (const window of windows.values()) window.tell();
  };

  return {
    async announce(what, tell) {
      const window = windows.get(what);
      if (window !== undefined) return window.put(tell);
      if (!closed && windows.size < MOST_WINDOWS) {
        windows.set(what, new Window(context, deadlines, () => windows.delete(what)));
      }
      await tell();
    },
    told: async (what) => windows.get(what)?.told,
    flush,
    close() {
      closed = true;
      flush();
      for (const window of windows.values()) window.close();
      windows.clear();
    },
  };
}

/** The time after an announcement, and the equal announcement that waits until this time is over. */
class Window implements Late {
  readonly #context: AnnouncerContext;
  readonly #deadlines: Deadlines;
  readonly #onOver: () => void;
  #deadline: Link<Deadline>;
  #waiting: { tell: Tell; readonly told: PromiseWithResolvers<void> } | undefined;

  constructor(context: AnnouncerContext, deadlines: Deadlines, onOver: () => void) {
    this.#context = context;
    this.#deadlines = deadlines;
    this.#onOver = onOver;
    this.#deadline = deadlines.add(this);
  }

  /** Resolves when the announcement that waits now is told. Undefined: none waits. */
  get told(): Promise<void> | undefined {
    return this.#waiting?.told.promise;
  }

  put(tell: Tell): void {
    if (this.#waiting !== undefined) {
      this.#waiting.tell = tell;
      return;
    }
    this.#waiting = { tell, told: Promise.withResolvers() };
    this.#waiting.told.promise.catch(() => undefined);
  }

  /** If an announcement waited, telling it begins the next window. */
  late(): void {
    if (this.tell()) this.#deadline = this.#deadlines.add(this);
    else this.#onOver();
  }

  /** Tells the waiting announcement. False: none waits. */
  tell(): boolean {
    if (this.#waiting === undefined) return false;
    const { tell, told } = this.#waiting;
    this.#waiting = undefined;
    const telling = retryWhileStoreAway(this.#context, tell);
    this.#context.background.run('announce a change', telling);
    telling.then(() => told.resolve(), told.reject);
    return true;
  }

  close(): void {
    this.#deadlines.remove(this.#deadline);
  }
}
