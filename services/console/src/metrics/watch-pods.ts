import { setTimeout as delay } from 'node:timers/promises';
import { podAddresses } from 'anypod/operate';
import { createHistory, type Point } from './history.ts';
import { type ScrapedPod, scrapePod } from './scrape.ts';

/** How often pods are asked, in ms, and how many of them. */
const EVERY_MS = 5000;
const MOST_PODS = 200;

/** What is known of the pods by their metrics. Reading it waits for nobody. */
export interface PodWatch {
  readonly pods: readonly ScrapedPod[];
  readonly points: readonly Point[];
  /** Why the pods cannot be found, or that there are too many to ask all. Undefined: all were asked. */
  readonly fault: string | undefined;
}

/** Asks the pods for their metrics again and again, until `stopping` aborts. Undefined: nobody said where they are. */
export function watchPods(names: readonly URL[] | undefined, stopping: AbortSignal): PodWatch | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const history = createHistory();
  let pods: readonly ScrapedPod[] = [];
  let fault: string | undefined;

  async function ask(from: readonly URL[]): Promise<void> {
    try {
      const addresses = await podAddresses(from);
      const asked = addresses.slice(0, MOST_PODS);
      pods = await Promise.all(asked.map((address) => scrapePod(address, stopping)));
      fault = addresses.length > MOST_PODS ? `Only ${MOST_PODS} of ${addresses.length} pods are asked.` : undefined;
    } catch (error) {
      pods = [];
      fault = (error as Error).message;
    }
    history.add(performance.now(), pods);
  }

  async function watch(from: readonly URL[]): Promise<void> {
    while (!stopping.aborted) {
      await ask(from);
      await delay(EVERY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  }

  void watch(names);
  return {
    get pods() {
      return pods;
    },
    get points() {
      return history.points;
    },
    get fault() {
      return fault;
    },
  };
}
