/** What a store knows of a pod. Times are in ms. */
export interface PodFacts {
  readonly pod: string;
  /** How long its lease still holds. Negative: since when it counts as dead. */
  readonly leaseMs: number;
  /** The key versions that its build knows, newest first. */
  readonly versions: readonly string[];
  /** Messages of other pods that it has not removed yet. */
  readonly inbox: number;
  /** The logs of calls that it runs. */
  readonly calls: number;
}

/** What a store knows of a session. Nothing of what it says. */
export interface SessionFacts {
  readonly id: string;
  /** How logs and traces name it. Absent: the inspection does not say it, such as the admin port of an older pod. */
  readonly hash?: string;
  readonly revision: string;
  /** Name and version that the client gave. */
  readonly client: string;
  readonly transport: 'http' | 'sse';
  /** Absent: an anonymous caller. */
  readonly principal?: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** When it ends without further use, in ms from now. */
  readonly expiresInMs: number;
  /** The pods that have it in memory. */
  readonly pods: readonly string[];
  /** The pod that holds its standing stream, or held it last. */
  readonly standingPod?: string;
  /** The bytes of what the server keeps with it. */
  readonly stateBytes: number;
}

/** What `show` adds. */
export interface SessionDetails extends SessionFacts {
  readonly logLevel?: string;
  readonly subscriptions: number;
  /** Questions to the client without an answer. */
  readonly questions: number;
  readonly standingMessages: number;
  readonly streams: readonly StreamFacts[];
}

/** What a store knows of the stream of a call. */
export interface StreamFacts {
  readonly stream: string;
  /** The pod that runs the call. */
  readonly owner: string;
  /** The pod that delivers it, where its client has resumed it. */
  readonly follower?: string;
  readonly events: number;
  readonly bytes: number;
  readonly done: boolean;
  /** How many pods have run it. */
  readonly runs: number;
}

/** A message of a session, as an observer sees it. */
export interface Observed {
  /** `standing`, or the name of a call's stream. */
  readonly stream: string;
  readonly position: string;
  /** The method of a request or notification, `result` or `error`. */
  readonly what: string;
  readonly bytes: number;
  /** The message itself, a JSON text. */
  readonly data: string;
}

/** Some of the sessions of a store. */
export interface SomeSessions {
  readonly sessions: readonly SessionFacts[];
  /** False: there are more. */
  readonly complete: boolean;
}

/** How long an observer of a session follows it. */
export interface FollowOptions {
  /** Only what is there now. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Whether the observer wants the messages themselves. Without it, `data` may be empty. */
  readonly contents?: boolean;
}

/** What an operator sees of a store. It only reads, so no client misses anything. */
export interface StoreInspection {
  /** All pods, also those that were lost a short time ago. Those whose leases hold longest come first. */
  pods(): Promise<readonly PodFacts[]>;
  /** Up to `limit` sessions. The newest come first. */
  sessions(limit: number): Promise<SomeSessions>;
  /** The ids that begin like that: none, one, or two if there are several. */
  find(beginning: string): Promise<readonly string[]>;
  /** With its newest streams, `mostStreams` at most; default all. Undefined: there is no such session. */
  session(id: string, mostStreams?: number): Promise<SessionDetails | undefined>;
  /** The messages of a session's logs: those that are there first, then new ones until the session ends or `signal` aborts. */
  follow(id: string, options: FollowOptions): AsyncGenerator<Observed, void>;
}
