import type { PodFacts } from 'anypod/operate';
import { durationText } from 'anypod/operate';
import { html } from 'hono/html';
import type { ScrapedPod } from '../metrics/scrape.ts';
import type { PodWatch } from '../metrics/watch-pods.ts';
import { charts } from './chart.ts';
import { facts, table } from './layout.ts';
import { type Html, NONE, number, podPlace, said, size, state } from './words.ts';

/** A pod by what Redis knows of it, by what it says itself, or by both. */
interface Row {
  readonly facts?: PodFacts;
  readonly scraped?: ScrapedPod;
}

const COLUMNS = [
  'Pod',
  'Host',
  'Address',
  'Version',
  'Lease',
  'Drain',
  'In flight',
  'Streams',
  'Tasks',
  'Event loop',
  'Memory',
  'Calls with a stream',
  'Unread mail',
  'Key versions',
];

/** The pods with their load. `pods` is undefined where Redis does not tell. */
export function podsView(pods: readonly PodFacts[] | undefined, watch: PodWatch | undefined): Html {
  const rows = joined(pods ?? [], watch?.pods ?? []);
  const alive = (pods ?? []).filter(({ leaseMs }) => leaseMs > 0).length;
  const silent = (watch?.pods ?? []).filter(({ fault }) => fault !== undefined).length;
  return html`${facts('summary', [
    ['Alive', pods === undefined ? html`Redis does not tell` : number(alive)],
    ['Lost within the last hour', pods === undefined ? NONE : number(pods.length - alive)],
    ['Answer with metrics', watch === undefined ? NONE : html`${watch.pods.length - silent} of ${watch.pods.length}`],
  ])}
<section aria-labelledby="load"><h2 id="load">Load</h2>
${watch === undefined ? html`<p>Nobody has told the console where the pods serve their metrics: set ANYPOD_CONSOLE_PODS.</p>` : charts(watch.points)}
</section>
<section aria-labelledby="all"><h2 id="all">All pods</h2>
${table(
  'Table of pods',
  COLUMNS,
  rows.map((row) => rowOf(row, pods !== undefined)),
  'No pods.',
)}
</section>`;
}

/** Those that answer first, then those that only Redis knows, the living before the lost. */
function joined(pods: readonly PodFacts[], scraped: readonly ScrapedPod[]): Row[] {
  const known = new Map(pods.map((pod) => [pod.pod, pod]));
  const told = scraped.map((one): Row => {
    const pod = known.get(one.metrics?.pod ?? '');
    if (pod !== undefined) known.delete(pod.pod);
    return { scraped: one, ...(pod !== undefined && { facts: pod }) };
  });
  return [...told, ...[...known.values()].map((pod) => ({ facts: pod }))];
}

function rowOf({ facts: pod, scraped }: Row, redis: boolean): Html {
  const { metrics = {}, address, fault } = scraped ?? {};
  const load =
    fault === undefined
      ? html`<td>${number(metrics.inFlight)}</td><td>${number(metrics.streams)}</td><td>${number(metrics.tasksRunning)}</td><td>${
          metrics.loopDelay === undefined ? NONE : html`${(metrics.loopDelay * 1000).toFixed(0)} ms`
        }</td><td>${size(metrics.memory)}</td>`
      : html`<td colspan="5">${state(fault, 'bad')}</td>`;
  const name = pod?.pod ?? metrics.pod;
  return html`<tr${name === undefined ? '' : html` id="${podPlace(name)}"`}><th scope="row">${said(name, 24)}</th><td>${said(metrics.host, 64)}</td><td>${said(address)}</td><td>${said(metrics.version, 24)}</td><td>${lease(pod, redis && metrics.pod !== undefined)}</td><td>${drain(metrics.phase)}</td>${load}<td>${number(pod?.calls)}</td><td>${number(pod?.inbox)}</td><td>${said(pod?.versions.join(' '))}</td></tr>`;
}

/** `expected`: the pod has told its name, and Redis answers. */
function lease(pod: PodFacts | undefined, expected: boolean): Html {
  if (pod === undefined) return expected ? state('none in Redis', 'warn') : NONE;
  const time = durationText(Math.abs(pod.leaseMs));
  return pod.leaseMs > 0 ? html`${state('alive', 'good')} for ${time}` : html`${state('lost', 'bad')} ${time} ago`;
}

function drain(phase: string | undefined): Html {
  return phase === undefined ? NONE : state(phase, phase === 'serving' ? 'good' : 'warn');
}
