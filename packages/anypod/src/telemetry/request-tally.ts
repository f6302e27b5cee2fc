import type { RequestEra, RequestOutcome } from '../core/meter.ts';
import type { Instruments } from './instruments.ts';
import { createRequestSeries, type RequestSeries } from './request-series.ts';

/** Requests whose duration is kept until it is handed on. */
const MOST_PENDING = 128;

/**
 * Counts requests and hands the counts to the instruments together: the SDK takes a tenth of a warm call for a measurement that comes alone, and
 * next to nothing for each of many.
 */
export interface RequestTally {
  began(): void;
  ended(method: string, era: RequestEra, outcome: RequestOutcome, ms: number): void;
  /** Hands on what is pending. */
  flush(): void;
}

export function createRequestTally({ requests, duration, inFlight }: Instruments): RequestTally {
  const seriesOf = createRequestSeries();
  const touched: RequestSeries[] = [];
  let pending = 0;
  /** Requests in flight that the instrument does not know of, or, below zero, does not know to be over. */
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
    pending = 0;
    inFlight.add(unknown);
    unknown = 0;
  }

  return {
    began() {
      unknown += 1;
    },
    ended(method, era, outcome, ms) {
      unknown -= 1;
      const series = seriesOf(method, era);
      if (series.seconds.length === 0) touched.push(series);
      series.seconds.push(ms / 1000);
      series.outcomes[outcome].count += 1;
      pending += 1;
      if (pending >= MOST_PENDING) flush();
    },
    flush,
  };
}
