import { type Caller, principalOf } from '../core/caller.ts';
import type { Log } from '../core/log.ts';
import type { RequestEra, RequestOutcome } from '../core/meter.ts';
import type { Traces } from '../core/traces.ts';

/** A request that has ended. */
export interface RequestRecord {
  readonly method: string;
  readonly era: RequestEra;
  readonly tool: string | undefined;
  readonly outcome: RequestOutcome;
  readonly fault: string | undefined;
  readonly ms: number;
  readonly caller: Caller | undefined;
  /** The session that the request has begun. */
  readonly session: string | undefined;
  readonly trace: string | undefined;
}

/** Writes one line for each request. */
export interface RequestLog {
  /** Ask it first: it costs next to nothing. */
  wanted(): boolean;
  write(record: RequestRecord): void;
  /** The trace of the code that runs. */
  readonly traceId: () => string | undefined;
}

const MOST = 100;

/**
 * Undefined: the log takes no lines for requests. A line has no argument, result, token or id of a session: sessions and principals appear as their
 * hashes, which are the same on all pods.
 */
export function createRequestLog(
  log: Log,
  hash: (text: string) => string,
  traces: Traces | undefined,
): RequestLog | undefined {
  if (log.debug === undefined || log.isLevelEnabled === undefined) return undefined;
  return {
    wanted: () => log.isLevelEnabled?.('debug') === true,
    traceId: () => traces?.id(),
    write({ method, era, tool, outcome, fault, ms, caller, session, trace }) {
      const id = session ?? caller?.headers['mcp-session-id'];
      const principal = principalOf(caller?.authInfo);
      const fields = {
        ...{ method: method.slice(0, MOST), era, outcome, ms: Math.round(ms * 1000) / 1000 },
        ...(tool !== undefined && { tool: tool.slice(0, MOST) }),
        ...(fault !== undefined && { fault }),
        ...(typeof id === 'string' && { session: hash(id) }),
        ...(principal !== undefined && { principal: hash(principal) }),
        ...(trace !== undefined && { trace_id: trace }),
      };
      log.debug?.(fields, 'request');
    },
  };
}
