import type { AgeLimit } from '../../core/age-limit.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import type { FilterOf } from '../../core/gate.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { ServerHost } from '../../core/server-host.ts';
import type { EventIds } from '../../core/session/event-id.ts';
import type { RandomId, Signer } from '../../core/signer.ts';
import type { HandlesFor } from '../../core/state/handles.ts';
import type { StateLanes } from '../../core/state/state-lanes.ts';
import type { ParkedMail } from '../../core/store/inbox.ts';
import type { Store } from '../../core/store/store.ts';
import type { TaskPeer } from '../../core/task/task-peer.ts';
import type { Traces } from '../../core/traces.ts';
import type { Announcer } from './announcer.ts';
import type { Background } from './background.ts';
import type { PodOptions } from './options.ts';
import type { TurnEnd } from './turn-end.ts';

/** What the parts of a pod share. */
export interface PodContext {
  /** This pod's id: unguessable, without meaning, and short, because question ids contain it. */
  readonly pod: string;
  readonly store: Store;
  readonly host: ServerHost;
  readonly signer: Signer;
  readonly eventIds: EventIds;
  readonly random: RandomId;
  /** How logs and traces name a session. */
  readonly hash: (id: string) => string;
  readonly log: Log;
  readonly meter: Meter;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  readonly options: Required<PodOptions>;
  /** Ends streams that are old. */
  readonly ageLimit: AgeLimit;
  /** Tells exchanges when they have taken `upgradeAfterMs`. */
  readonly deadlines: Deadlines;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly callDeadlines?: Deadlines | undefined;
  /**
   * anypod itself has verified the callers. So ids of sessions can be bound to principals, and what is known of a caller holds no secret and may be
   * stored with a call.
   */
  readonly verifiesCallers?: boolean;
  /** Changes lists so that they have only what their caller may use. Undefined: lists stay as they are. */
  readonly filterOf?: FilterOf | undefined;
  /** Writes what servers keep for their sessions. */
  readonly lanes: StateLanes;
  /** Makes what servers keep under handles. */
  readonly handlesFor: HandlesFor;
  readonly background: Background;
  readonly turnEnd: TurnEnd;
  /** Tells clients of changes. It joins equal changes that come close together. */
  readonly announcer: Announcer;
  /** Monotonic ms. */
  readonly now: () => number;
  /**
   * Since when this pod has held its lease without a break, in ms of `now`. Infinite if the lease may have run out. Since that time no other pod can
   * have taken over the exchanges that this pod then had, and this pod has heard of every change.
   */
  readonly heldSince: () => number;
  /** Whether this pod may count a pod with an expired lease as dead. */
  readonly mayJudge: () => boolean;
  /** Whether this pod has left its calls to other pods. They would treat any call that it began now as lost. */
  readonly departed: () => boolean;
  /** Called when a call has ended for which a request on this pod may be waiting. */
  readonly onCallEnded?: (call: string) => void;
  /** The tasks of this pod. */
  readonly tasks?: TaskPeer | undefined;
  /** Called with what other pods say about parked calls. */
  readonly onParked?: (mail: ParkedMail) => void;
  /** Aborts when the pod closes. After that the pod retries nothing. */
  readonly closing: AbortSignal;
}
