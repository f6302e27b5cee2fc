import type { AgeLimit } from '../../core/age-limit.ts';
import type { Caller } from '../../core/caller.ts';
import type { Deadlines } from '../../core/deadlines.ts';
import type { Departure } from '../../core/departure.ts';
import type { ListFilter } from '../../core/gate.ts';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import type { RequestState } from '../../core/state/request-state.ts';
import type { Traces } from '../../core/traces.ts';
import type { ParkedCalls } from '../parked/parked-calls.ts';
import type { KnownAnswers } from '../parked/parked-state.ts';
import type { Channel } from '../parked/round.ts';
import type { BuildServer } from '../sdk/build-server.ts';
import type { RunningCalls } from '../sdk/running-calls.ts';
import type { ServerSdk } from '../sdk/sdk.ts';
import type { Reuse } from '../sdk/user-server.ts';
import type { ChangeBus } from './change-bus.ts';

export interface ModernServerOptions {
  readonly sdk: ServerSdk;
  readonly build: BuildServer;
  /** The servers do not speak 2026-07-28 themselves. */
  readonly guests: boolean;
  /** Which calls may share a server. Undefined: each request gets its own. */
  readonly reuse?: Reuse;
  readonly bus: ChangeBus;
  readonly requestState: RequestState;
  readonly parked: ParkedCalls;
  readonly keepAliveMs: number;
  readonly maxSubscriptions: number;
  /** Ends listen streams that are old. */
  readonly listenAgeLimit: AgeLimit;
  readonly calls: RunningCalls;
  /** Counts a request that a limit has refused. */
  readonly limited: Meter['limited'];
  readonly log: Log;
  /** Undefined: nobody traces. */
  readonly traces?: Traces | undefined;
  /** Ends calls that take too long. Undefined: calls have no time limit. */
  readonly callDeadlines: Deadlines | undefined;
}

/** A request, and where its answer goes. */
export interface ModernRequest {
  readonly body: JsonRpcRequest;
  readonly caller: Caller;
  readonly reply: WebReply;
  /** Tells when the client disconnects. */
  readonly departure: Departure;
}

/** What is known about a request when its answer is sent. */
export interface Served {
  /** What its request states are bound to. Made only for a request that has one. */
  readonly binding: () => string;
  /** Each of its request states can be used once. */
  readonly once: boolean;
  /** Leaves out of a list what its caller may not use. */
  readonly filter?: ListFilter | undefined;
  /** The call may run again. */
  readonly rerunnable: boolean;
  /** The input schema of the called tool, if it names headers. */
  readonly headerSchema?: unknown;
  /** The answers that an earlier run of the call has got. */
  readonly answers?: KnownAnswers;
  /** Where the answer goes, if an earlier run may have begun to answer. */
  readonly channel?: Channel;
  /** Gets the response as it goes out, even if the client has disconnected. */
  readonly onResponse?: (response: JsonRpcResponse) => void;
}

/** Undefined: the client wants no progress. */
export function progressTokenOf({ params }: JsonRpcRequest): unknown {
  return (params?.['_meta'] as Record<string, unknown> | undefined)?.['progressToken'];
}
