import type { AgeLimit } from '../core/age-limit.ts';
import type { Deadlines } from '../core/deadlines.ts';
import type { FilterOf } from '../core/gate.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { ServerHost } from '../core/server-host.ts';
import type { RandomId, Signer } from '../core/signer.ts';
import type { HandlesFor } from '../core/state/handles.ts';
import type { StateLanes } from '../core/state/state-lanes.ts';
import type { Change } from '../core/store/change-log.ts';
import type { ParkedMail } from '../core/store/inbox.ts';
import type { TakeLease } from '../core/store/lease.ts';
import type { Store } from '../core/store/store.ts';
import type { TaskPeer } from '../core/task/task-peer.ts';
import type { Traces } from '../core/traces.ts';

/** What a pod is made of. */
export interface PodDependencies {
  readonly pod: string;
  readonly store: Store;
  readonly host: ServerHost;
  readonly signer: Signer;
  readonly random: RandomId;
  /** How logs and traces name a session. */
  readonly hash: (id: string) => string;
  readonly log: Log;
  readonly meter: Meter;
  readonly traces?: Traces | undefined;
  /** Writes what servers keep for their sessions. */
  readonly lanes: StateLanes;
  /** Makes what servers keep under handles. */
  readonly handlesFor: HandlesFor;
  /** Ends streams that are old. */
  readonly ageLimit: AgeLimit;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly callDeadlines?: Deadlines | undefined;
  /** See `PodContext.verifiesCallers`. */
  readonly verifiesCallers?: boolean;
  /** See `PodContext.filterOf`. */
  readonly filterOf?: FilterOf | undefined;
  /** Holds the pod's lease. Default: from this thread. */
  readonly takeLease?: TakeLease;
  /** Called with every change of all pods, in order. */
  readonly onChange: (change: Change) => void;
  /** Called when a call has ended for which a request on this pod may be waiting. */
  readonly onCallEnded?: (call: string) => void;
  /** The tasks of this pod. */
  readonly tasks?: TaskPeer;
  /** Called with what other pods say about parked calls. */
  readonly onParked?: (mail: ParkedMail) => void;
}
