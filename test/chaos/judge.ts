import type { CallRecord, FailureKind, Records, Seen, StandingRecord } from './records.ts';

/** What the clients saw, counted. */
export interface Tally {
  calls: number;
  events: number;
  lost: number;
  doubled: number;
  disordered: number;
  /** Calls that were started again on another pod. */
  reruns: number;
  readonly failed: Record<FailureKind, number>;
  longestGapMs: number;
}

/** A pod that was lost, and when. */
export interface LostPod {
  /** Its process, as `runName` names it. */
  readonly run: string;
  /** From the fault to the end of the process, or to its waking up. In ms, as `performance.now()`. */
  readonly from: number;
  readonly to: number;
}

function emptyTally(): Tally {
  const failed = { pod_lost: 0, draining: 0, refused: 0, cut: 0, hung: 0, wrong: 0 };
  return { calls: 0, events: 0, lost: 0, doubled: 0, disordered: 0, reruns: 0, failed, longestGapMs: 0 };
}

/** Counts. A re-run starts its numbers again from 1 in another process, so each run is judged by itself. */
export function tally(records: Records): Tally {
  const sum = emptyTally();
  for (const call of records.calls) addCall(sum, call);
  for (const standing of records.standing) addStanding(sum, standing);
  sum.doubled += records.repeatedIds.length;
  return sum;
}

function addCall(sum: Tally, call: CallRecord): void {
  const { seen, steps, failure } = call;
  sum.calls += 1;
  sum.events += seen.length;
  const runs = splitRuns(seen);
  sum.reruns += Math.max(0, new Set(runs.map((run) => run[0]?.run)).size - 1);
  const known = new Set<string>();
  for (const run of runs) {
    const { run: process } = run[0] as Seen;
    // A process that speaks again after another one took over.
    if (known.has(process)) sum.doubled += run.length;
    else addNumbers(sum, run);
    known.add(process);
  }
  if (failure !== undefined) sum.failed[failure.kind] += 1;
  else sum.lost += steps - Math.min(steps, runs.at(-1)?.at(-1)?.number ?? 0);
  sum.longestGapMs = Math.max(sum.longestGapMs, ...gapsOf(call).map(({ ms }) => ms));
}

/** A time in which a call brought nothing. */
export interface Gap {
  readonly ms: number;
  /** ms, as `performance.now()`. */
  readonly from: number;
  /** The event that ended it, from 1; the one after the last is the response. */
  readonly before: number;
}

/** From a call's start to each of its events, and to its end where it did not fail: how long a client waits for what cannot come is its own choice. */
export function gapsOf({ startedAt, endedAt, seen, failure }: CallRecord): Gap[] {
  const times = [startedAt, ...seen.map(({ at }) => at), ...(failure === undefined ? [endedAt] : [])];
  return times.slice(1).map((at, index) => {
    const from = times[index] as number;
    return { ms: at - from, from, before: index + 1 };
  });
}

/** Runs of events of one process each, in the order of arrival. */
function splitRuns(seen: readonly Seen[]): Seen[][] {
  const runs: Seen[][] = [];
  for (const event of seen) {
    const current = runs.at(-1);
    if (current?.[0]?.run === event.run) current.push(event);
    else runs.push([event]);
  }
  return runs;
}

/** Numbers that must be 1, 2, 3 and so on. */
function addNumbers(sum: Tally, run: readonly Seen[]): void {
  let next = 1;
  for (const { number } of run) {
    if (number < next) sum.doubled += 1;
    else sum.lost += number - next;
    next = Math.max(next, number + 1);
  }
}

function addStanding(sum: Tally, { sent, seen }: StandingRecord): void {
  sum.events += seen.length;
  const numbers = seen.map(({ number }) => number);
  const known = new Set(numbers);
  sum.doubled += numbers.length - known.size;
  sum.lost += sent.filter((number) => !known.has(number)).length;
  sum.disordered += numbers.filter((number, index) => index > 0 && number < (numbers[index - 1] as number)).length;
}

/** What a scenario may cost. */
export interface Allowance {
  /** Kinds of failure that the fault makes unavoidable. Default none. */
  readonly failures?: readonly FailureKind[];
  /** Within this time of the loss a call of a lost pod has ended. */
  readonly honestWithinMs: number;
}

/** Every promise that was broken, in words; empty: none. */
export function violations(records: Records, lostPods: readonly LostPod[], allowance: Allowance): string[] {
  const { lost, doubled, disordered } = tally(records);
  const found: string[] = [];
  if (records.calls.length === 0) found.push('there was no load');
  if (lost > 0) found.push(`${lost} events lost`);
  if (doubled > 0) found.push(`${doubled} events doubled${records.repeatedIds.slice(0, 3).map((id) => ` (id ${id})`)}`);
  if (disordered > 0) found.push(`${disordered} events out of order`);
  return [
    ...found,
    ...records.standing.flatMap(missingOf),
    ...records.sessions.filter(({ kept }) => !kept).map(({ client }) => `${client}: its session is lost`),
    ...records.calls.flatMap((call) => faultsOf(call, lostPods, allowance)),
  ];
}

/** Names what a standing stream did not bring, and what it brought more than once. */
function missingOf({ client, sent, seen }: StandingRecord): string[] {
  const numbers = seen.map(({ number }) => number);
  const known = new Set(numbers);
  const missing = sent.filter((number) => !known.has(number));
  const twice = numbers.filter((number, index) => numbers.indexOf(number) < index);
  return [
    ...(missing.length === 0 ? [] : [`${client}: its standing stream lacks ${missing} of ${sent.length} sent`]),
    ...(twice.length === 0 ? [] : [`${client}: its standing stream has ${twice} more than once`]),
  ];
}

function faultsOf(call: CallRecord, lostPods: readonly LostPod[], allowance: Allowance): string[] {
  const name = `${call.client} ${call.tool}`;
  const faults: string[] = [];
  const runs = [...new Set(call.seen.map(({ run }) => run))];
  const abandoned = runs.slice(0, -1);
  const unfounded = abandoned.filter((run) => lostPods.every((pod) => pod.run !== run));
  if (unfounded.length > 0) faults.push(`${name}: run again though its pod ${unfounded[0]} was not lost`);
  if (abandoned.length > 0 && !call.rerunnable) faults.push(`${name}: run again though it is not re-runnable`);
  if (call.failure === undefined) return faults;
  const { kind, message } = call.failure;
  const isAllowed = allowance.failures?.includes(kind) === true && isFounded(call, kind, lostPods, allowance);
  return isAllowed
    ? faults
    : [...faults, `${name} after ${runs.length} runs, ${call.seen.length} events: ${kind}: ${message}`];
}

/** Whether this very call had to fail: it ran on a pod that was lost, and was told so in time. */
function isFounded(call: CallRecord, kind: FailureKind, lostPods: readonly LostPod[], allowance: Allowance): boolean {
  if (kind === 'cut') {
    // The client knew no event id, and the call was running when a pod went.
    return lostPods.some(({ from, to }) => call.startedAt <= to && call.endedAt >= from);
  }
  if (kind !== 'pod_lost') return true;
  // A pod may be lost more than once: frozen, and frozen again.
  const run = call.seen.at(-1)?.run;
  const wasLost = lostPods.some(
    (pod) =>
      pod.run === run &&
      call.startedAt <= pod.to &&
      call.endedAt >= pod.from &&
      call.endedAt - pod.from < allowance.honestWithinMs,
  );
  return wasLost && !call.rerunnable;
}

/** Compares the counted side effects with the calls: never doubled, and there where the call succeeded. */
export function effectViolations(records: Records, counts: ReadonlyMap<string, number>): string[] {
  return records.calls.flatMap(({ client, tool, effect, failure }) => {
    if (effect === undefined) return [];
    const count = counts.get(effect) ?? 0;
    const isRight = count === 1 || (count === 0 && failure !== undefined);
    return isRight ? [] : [`${client} ${tool} ${effect}: ${count} side effects`];
  });
}
