import { gapsOf, type LostPod, tally, violations } from '../../chaos/judge.ts';
import type { Records } from '../../chaos/records.ts';
import type { RequestRecord } from './keep-alive-worker.ts';
import type { Allowed, Report } from './protocol.ts';

/** Everything that the load saw. */
export interface Seen {
  readonly records: Records;
  readonly requests: readonly RequestRecord[];
  /** Broken promises about side effects. */
  readonly effects: readonly string[];
}

export function judge({ records, requests, effects }: Seen, lostPods: readonly LostPod[], allowed: Allowed): Report {
  const kept = records.sessions.filter((session) => session.kept).length;
  const failed = requests.filter(({ failure }) => failure !== undefined);
  return {
    tally: tally(records),
    workers: { requests: requests.length, failed: failed.length, slowestMs: slowest(requests) },
    sessions: { kept, of: records.sessions.length },
    versions: countBy(requests.map(({ version }) => version)),
    pods: new Set(requests.flatMap(({ run }) => run ?? [])).size,
    longWaits: longWaits(records, requests),
    violations: [
      ...(requests.length === 0 ? ['the workers sent nothing'] : []),
      ...(records.sessions.length === 0 ? ['no session was looked at'] : []),
      ...violations(records, lostPods, allowed),
      ...effects,
      ...failed.filter((request) => !isFounded(request, lostPods, allowed)).map(describe),
    ],
  };
}

/** Whether a request that nobody repeats had to fail: its pod was lost, or what it needs was away. */
function isFounded({ worker, failure, startedAt, endedAt }: RequestRecord, lost: readonly LostPod[], allowed: Allowed) {
  if (failure === undefined || !allowed.failures.includes(failure.kind)) return false;
  // Modern calls need no store.
  if (failure.kind === 'refused') return !worker.startsWith('modern');
  return lost.some(({ from, to }) => startedAt <= to && endedAt >= from);
}

/** What took so long that one wants to know what it was. */
const LONG_MS = 3000;

function longWaits(records: Records, requests: readonly RequestRecord[]): string[] {
  const waits = [
    ...records.calls.flatMap((call) =>
      gapsOf(call).map((gap) => ({ ...gap, what: `${call.client} ${call.tool}, before event ${gap.before}` })),
    ),
    ...requests.map(({ worker, startedAt, endedAt }) => ({
      ms: endedAt - startedAt,
      from: startedAt,
      what: `${worker} worker`,
    })),
  ];
  return waits
    .filter(({ ms }) => ms > LONG_MS)
    .map(({ ms, from, what }) => `${what}: ${(ms / 1000).toFixed(1)} s from ${(from / 1000).toFixed(1)} s on`);
}

function describe({ worker, failure, startedAt }: RequestRecord): string {
  return `${worker} worker at ${(startedAt / 1000).toFixed(1)} s: ${failure?.kind}: ${failure?.message}`;
}

function slowest(requests: readonly RequestRecord[]): number {
  return requests.reduce((most, { startedAt, endedAt }) => Math.max(most, endedAt - startedAt), 0);
}

function countBy(names: readonly (string | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
