import type { ScrapedPod } from './scrape.ts';

/** What the charts show, of all pods together. A member is absent where no pod tells it. */
export interface Point {
  /** ms of the monotonic clock. */
  readonly at: number;
  /** Per second. */
  readonly requests?: number;
  readonly failed?: number;
  readonly inFlight?: number;
  readonly streams?: number;
  readonly tasksQueued?: number;
  /** Of the slowest pod, in seconds. */
  readonly loopDelay?: number;
}

/** The last quarter of an hour, one point every few seconds. */
export interface History {
  readonly points: readonly Point[];
  add(at: number, pods: readonly ScrapedPod[]): void;
}

const MOST_POINTS = 180;

interface Counted {
  readonly at: number;
  readonly pod: string | undefined;
  readonly requests: number;
  readonly failed: number;
}

export function createHistory(): History {
  const points: Point[] = [];
  /** By address: what the pod there had counted the last time. */
  let before = new Map<string, Counted>();

  function ratesOf(at: number, pods: readonly ScrapedPod[]) {
    const now = new Map<string, Counted>();
    const rates: { requests: number; failed: number }[] = [];
    for (const { address, metrics } of pods) {
      if (metrics?.requests === undefined || metrics.failed === undefined) continue;
      const counted = { at, pod: metrics.pod, requests: metrics.requests, failed: metrics.failed };
      now.set(address, counted);
      const last = before.get(address);
      // Another pod may have got the address.
      if (last === undefined || last.pod !== counted.pod || counted.requests < last.requests) continue;
      const seconds = (at - last.at) / 1000;
      rates.push({
        requests: (counted.requests - last.requests) / seconds,
        failed: (counted.failed - last.failed) / seconds,
      });
    }
    before = now;
    return rates;
  }

  return {
    points,
    add(at, pods) {
      const rates = ratesOf(at, pods);
      const told = (key: 'inFlight' | 'streams' | 'tasksQueued' | 'loopDelay') =>
        pods.flatMap(({ metrics }) => metrics?.[key] ?? []);
      const point = {
        at,
        requests: total(rates.map(({ requests }) => requests)),
        failed: total(rates.map(({ failed }) => failed)),
        inFlight: total(told('inFlight')),
        streams: total(told('streams')),
        tasksQueued: most(told('tasksQueued')),
        loopDelay: most(told('loopDelay')),
      };
      points.push(
        Object.fromEntries(Object.entries(point).filter(([, value]) => value !== undefined)) as unknown as Point,
      );
      if (points.length > MOST_POINTS) points.shift();
    },
  };
}

const total = (values: readonly number[]) =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
const most = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values));
