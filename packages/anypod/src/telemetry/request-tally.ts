import type { RequestEra, RequestOutcome } from '../core/meter.ts';
import type { Instruments } from './instruments.ts';
import { createMcpSeries } from './mcp-series.ts';
import { createRequestSeries, type RequestSeries } from './request-series.ts';

/** How many requests are counted before their counts are handed on. */
const MOST_PENDING = 128;

/**
 * Counts requests and hands the counts to the instruments together. For the SDK, a single measurement costs a tenth of a warm call; each of many
 * together costs next to nothing.
 */
export interface RequestTally {
  began(): void;
  /** See `Meter.toolsKnown`. */
  known(tools: readonly string[]): void;
  /** `name` and `fault`: see `Meter.requestEnded`. */
  ended(method: string, era: RequestEra, outcome: RequestOutcome, ms: number, name?: string, fault?: string): void;
  /** Hands on what is pending. */
  flush(): void;
}

export function createRequestTally({ requests, duration, inFlight, mcpServer }: Instruments): RequestTally {
  const seriesOf = createRequestSeries();
  const mcp = createMcpSeries(mcpServer);
  const touched: RequestSeries[] = [];
  let pending = 0;
  /** How much the number of requests in flight has changed since the instrument was told. */
  let unknown = 0;

  function handOn({ duration: attributes, outcomes, seconds }: RequestSeries): void {
    for (const value of seconds) duration.record(value, attributes);
    seconds.length = 0;
    for (const outcome of Object.values(outcomes)) {
      if (outcome.count > 0) requests.add(outcome.count, outcome.attributes);
      outcome.count = 0;
    }
  }

  function flush(): void {
    for (const series of touched) handOn(series);
    touched.length = 0;
    mcp.flush();
    pending = 0;
    inFlight.add(unknown);
    unknown = 0;
  }

  return {
    began() {
      unknown += 1;
    },
    known: mcp.known,
    ended(method, era, outcome, ms, name, fault) {
      unknown -= 1;
      const series = seriesOf(method, era);
      if (series.seconds.length === 0) touched.push(series);
      series.seconds.push(ms / 1000);
      series.outcomes[outcome].count += 1;
      if (series.operation) mcp.ended(series.duration.method, ms / 1000, name, fault);
      pending += 1;
      if (pending >= MOST_PENDING) flush();
    },
    flush,
  };
}
