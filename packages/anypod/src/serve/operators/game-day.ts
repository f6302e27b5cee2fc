import { setTimeout as delay } from 'node:timers/promises';
import { AnypodError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Inbox, InboxMessage } from '../../core/store/inbox.ts';
import type { Store } from '../../core/store/store.ts';
import { monotonicNow } from '../../pod/lifecycle/lease.ts';

/**
 * What a pod can be made to do wrong. `slow`: each request waits before it is served. `refuse`: requests get 503, as when the store is away. `lease`: the
 * pod does not renew its lease, so that other pods count it as lost. `inbox`: mail of other pods waits.
 */
export const SWITCHES = ['slow', 'refuse', 'lease', 'inbox'] as const;
export type SwitchName = (typeof SWITCHES)[number];

/** How a switch is turned on. */
export interface SwitchSetting {
  /** It turns itself off after this time, so that nobody forgets it. */
  readonly seconds: number;
  /** How long a request waits, in ms. Only for `slow`. */
  readonly ms: number;
  /** The share of requests that it concerns, from 0 to 1. Only for `slow` and `refuse`. */
  readonly share: number;
}

/** How long a switch is on, unless it is told. */
export const DEFAULT_SECONDS = 300;

/** Why a switch was turned off: somebody asked for it, its time was up, or the pod drains. */
export type OffCause = 'request' | 'time' | 'drain';

interface On extends SwitchSetting {
  readonly timer: NodeJS.Timeout;
}

/** Mail that waits beyond this number is lost, as in a pod that was away for too long. */
const MOST_HELD = 10_000;

/** The failure switches of one pod. */
export class GameDay {
  readonly #on = new Map<SwitchName, On>();
  readonly #held: InboxMessage[] = [];
  #lost = false;
  #deliver: ((message: InboxMessage) => void) | undefined;
  #onGap: () => void = () => undefined;
  /** Told until when the lease must not be renewed, in ms of the monotonic clock. */
  onLease: (until: number) => void = () => undefined;
  readonly #log: Pick<Log, 'warn'>;
  readonly #closePort: () => void;

  /** `log` gets a line for each change. */
  constructor(log: Pick<Log, 'warn'>, closePort: () => void = () => undefined) {
    this.#log = log;
    this.#closePort = closePort;
  }

  turnOn(name: SwitchName, setting: SwitchSetting): void {
    clearTimeout(this.#on.get(name)?.timer);
    const timer = setTimeout(() => this.turnOff(name, 'time'), setting.seconds * 1000).unref();
    this.#on.set(name, { ...setting, timer });
    this.#log.warn({ switch: name, ...setting }, 'a failure switch was turned on');
    if (name === 'lease') this.onLease(monotonicNow() + setting.seconds * 1000);
  }

  /** Does nothing if the switch is off. */
  turnOff(name: SwitchName, cause: OffCause): void {
    const on = this.#on.get(name);
    if (on === undefined) return;
    clearTimeout(on.timer);
    this.#on.delete(name);
    this.#log.warn({ switch: name, cause }, 'a failure switch was turned off');
    if (name === 'lease') this.onLease(0);
    if (name === 'inbox') this.#release();
  }

  /** The switches that are on. */
  get on(): Readonly<Partial<Record<SwitchName, SwitchSetting>>> {
    const shown = [...this.#on].map(([name, { seconds, ms, share }]) => [name, { seconds, ms, share }] as const);
    return Object.fromEntries(shown);
  }

  /** What happens before a request is served. Throws `AnypodError` `store_unavailable`. */
  async before(): Promise<void> {
    const { slow, refuse } = this.on;
    if (refuse !== undefined && Math.random() < refuse.share) {
      throw new AnypodError(
        'store_unavailable',
        'A failure switch of this pod refuses the request. Try again shortly.',
      );
    }
    if (slow !== undefined && Math.random() < slow.share) await delay(slow.ms);
  }

  /** The store with an inbox that can be paused. */
  around(store: Store): Store {
    const { inbox } = store;
    const listen: Inbox['listen'] = (pod, onMessage, onGap) => {
      this.#deliver = onMessage;
      this.#onGap = onGap;
      return inbox.listen(pod, (message) => (this.#on.has('inbox') ? this.#hold(message) : onMessage(message)), onGap);
    };
    return { ...store, inbox: { ...inbox, listen } };
  }

  /** Turns everything off for good. */
  close(): void {
    for (const name of SWITCHES) this.turnOff(name, 'drain');
    this.#closePort();
  }

  #hold(message: InboxMessage): void {
    if (this.#held.length < MOST_HELD) this.#held.push(message);
    else this.#lost = true;
  }

  #release(): void {
    const lost = this.#lost;
    this.#lost = false;
    for (const message of this.#held.splice(0)) this.#deliver?.(message);
    if (lost) this.#onGap();
  }
}
