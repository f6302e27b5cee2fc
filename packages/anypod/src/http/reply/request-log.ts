import { type Caller, principalOf } from '../../core/caller.ts';
import type { Log } from '../../core/log.ts';
import type { RequestEra, RequestOutcome } from '../../core/meter.ts';
import type { RefusalReason } from '../../core/refused.ts';
import { createSparseLog } from '../../core/sparse-log.ts';
import type { Traces } from '../../core/traces.ts';

/** A request that has ended. */
export interface RequestRecord {
  readonly method: string;
  readonly era: RequestEra;
  /** Of the tool or prompt. */
  readonly name: string | undefined;
  readonly outcome: RequestOutcome;
  readonly fault: string | undefined;
  readonly ms: number;
  /** Of HTTP, 400 or more. Undefined: the request was not refused. */
  readonly status: number | undefined;
  readonly reason: RefusalReason | undefined;
  /** What the answer says of it, if anypod has not made it. */
  readonly detail: string | undefined;
  /** What has failed here. Undefined: nothing, so the request is at fault if it was refused. */
  readonly error: unknown;
  readonly caller: Caller | undefined;
  /** The session that the request has begun. */
  readonly session: string | undefined;
  readonly trace: string | undefined;
}

/**
 * Writes at most one line for each request: a warning for one that has failed; with the level debug a line for every other one; with another level a warning
 * for one that was refused, ever more rarely while refusals for the same reason go on.
 */
export interface RequestLog {
  /** Whether requests that were not refused are written. Ask it first: it costs next to nothing. */
  wanted(): boolean;
  write(record: RequestRecord): void;
  /** Writes what has failed after the request's line was written. */
  failedLate(error: unknown): void;
  /** The trace of the code that runs. */
  readonly traceId: () => string | undefined;
}

const MOST = 100;
const MOST_DETAIL = 300;

/**
 * A line has no argument, result, token or id of a session: sessions and principals appear as their
 * hashes, which are the same on all pods.
 */
export function createRequestLog(log: Log, hash: (text: string) => string, traces: Traces | undefined): RequestLog {
  const sparse = createSparseLog(log);
  const wanted = () => log.debug !== undefined && log.isLevelEnabled?.('debug') === true;
  return {
    wanted,
    traceId: () => traces?.id(),
    failedLate: (err) => log.warn({ err }, 'a request failed'),
    write({ method, era, name, outcome, fault, ms, status, reason, detail, error, caller, session, trace }) {
      const id = session ?? caller?.headers['mcp-session-id'];
      const principal = principalOf(caller?.authInfo);
      const fields = {
        ...{ method: method.slice(0, MOST), era, outcome, ms: Math.round(ms * 1000) / 1000 },
        ...(name !== undefined && named(method, name)),
        ...(fault !== undefined && { fault }),
        ...(status !== undefined && { status, reason }),
        ...(detail !== undefined && { detail: detail.slice(0, MOST_DETAIL) }),
        ...(typeof id === 'string' && { session: hash(id) }),
        ...(principal !== undefined && { principal: hash(principal) }),
        ...(trace !== undefined && { trace_id: trace }),
      };
      if (error !== undefined) log.warn({ ...fields, err: error }, 'a request failed');
      else if (wanted()) log.debug?.(fields, 'request');
      else if (status !== undefined) sparse.warn(fields, 'a request was refused');
    },
  };
}

function named(method: string, name: string): object {
  return { [method === 'prompts/get' ? 'prompt' : 'tool']: name.slice(0, MOST) };
}
