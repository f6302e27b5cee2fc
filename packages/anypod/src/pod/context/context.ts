import type { AgeLimit } from '../../core/age-limit.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import type { EventIds } from '../../core/event-id.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { ServerHost } from '../../core/server-host.ts';
import type { RandomId, Signer } from '../../core/signer.ts';
import type { Store } from '../../core/store.ts';
import type { Announcer } from './announcer.ts';
import type { Background } from './background.ts';
import type { PodOptions } from './options.ts';

/** What the parts of a pod share. */
export interface PodContext {
  /** This pod's id: unguessable, without meaning, and short, since question ids carry it. */
  readonly pod: string;
  readonly store: Store;
  readonly host: ServerHost;
  readonly signer: Signer;
  readonly eventIds: EventIds;
  readonly random: RandomId;
  readonly log: Log;
  readonly meter: Meter;
  readonly options: Required<PodOptions>;
  /** Ends streams that are old. */
  readonly ageLimit: AgeLimit;
  /** Tells exchanges that they have taken `upgradeAfterMs`. */
  readonly deadlines: Deadlines;
  /** Ends calls that take too long; undefined: none does. */
  readonly callDeadlines?: Deadlines | undefined;
  readonly background: Background;
  /** Tells of changes, those that come close together as one. */
  readonly announcer: Announcer;
  /** Monotonic ms. */
  readonly now: () => number;
  /**
   * Since when this pod's lease has held without a break, in ms of `now`; infinite where it may not hold. Since then nobody can have
   * taken over what was this pod's then, and it heard of every change.
   */
  readonly heldSince: () => number;
  /** Whether this pod may take other pods for dead by their leases. */
  readonly mayJudge: () => boolean;
  /** Whether this pod has left its calls to others: what it began now, others would take for lost. */
  readonly departed: () => boolean;
  /** A call that somebody here may wait for has ended. */
  readonly onCallEnded?: (call: string) => void;
  /** Aborts when the pod closes: nothing is tried again after that. */
  readonly closing: AbortSignal;
}
