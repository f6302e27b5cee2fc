import { describe, expect, test } from 'vitest';
import { effectViolations, type LostPod, tally, violations } from './judge.ts';
import { type CallRecord, emptyRecords, type Failure, type Records } from './records.ts';

/** A call that saw the given numbers: `'a1'` is number 1 of process a. */
function call(events: readonly string[], more: Partial<CallRecord> = {}): CallRecord {
  const seen = events.map((event, index) => ({ run: event[0] as string, number: Number(event.slice(1)), at: index }));
  const record = { client: 'test', tool: 'count', steps: 3, rerunnable: true, startedAt: 0, endedAt: 10 };
  return { ...record, seen, ...more };
}

function records(...calls: CallRecord[]): Records {
  return { ...emptyRecords(), calls };
}

const lostPod = (run: number): LostPod => ({ run: `${run}`, from: 5, to: 6 });
const podLost: Failure = { kind: 'pod_lost', message: 'lost' };

describe('events of a call', () => {
  test.each([
    ['all there', ['a1', 'a2', 'a3'], { lost: 0, doubled: 0 }],
    ['one missing inside', ['a1', 'a3'], { lost: 1, doubled: 0 }],
    ['the last ones missing', ['a1'], { lost: 2, doubled: 0 }],
    ['none there', [], { lost: 3, doubled: 0 }],
    ['one twice', ['a1', 'a2', 'a2', 'a3'], { lost: 0, doubled: 1 }],
    ['again from the start', ['a1', 'a2', '91', '92', '93'], { lost: 0, doubled: 0, reruns: 1 }],
    ['again, not from the start', ['a1', 'a2', '93'], { lost: 2, doubled: 0, reruns: 1 }],
    ['a lost pod that speaks again', ['a1', '91', 'a2', '92', '93'], { doubled: 3, reruns: 1 }],
  ])('%s', (_name, events, expected) => {
    expect(tally(records(call(events)))).toMatchObject(expected);
  });

  test('a call that failed owes only what came before', () => {
    expect(tally(records(call(['a1', 'a2'], { failure: podLost })))).toMatchObject({
      lost: 0,
      failed: { pod_lost: 1 },
    });
    expect(tally(records(call(['a2'], { failure: podLost })))).toMatchObject({ lost: 1 });
  });

  test('the longest gap includes the start and the end', () => {
    expect(tally(records(call(['a1', 'a2', 'a3']))).longestGapMs).toBe(8);
  });
});

test('events of a standing stream', () => {
  const seen = [1, 3, 3, 2].map((number) => ({ number, run: '', at: 0 }));
  const standing = [{ client: 'test', sent: [1, 2, 3, 4], seen }];
  expect(tally({ ...emptyRecords(), standing })).toMatchObject({ lost: 1, doubled: 1, disordered: 1, events: 4 });
});

describe('a broken promise is found', () => {
  const none = { honestWithinMs: 100 };
  const crash = { failures: ['pod_lost', 'cut'] as const, honestWithinMs: 100 };
  const whole = ['11', '12', '13'];

  test.each([
    ['no load', records(), [], none],
    ['an event lost', records(call(['11', '13'])), [], none],
    ['an event id repeated', { ...records(call(whole)), repeatedIds: ['x'] }, [], none],
    [
      'a failure where none is allowed',
      records(call(['11'], { failure: podLost, rerunnable: false })),
      [lostPod(1)],
      none,
    ],
    [
      'a failure on a pod that lives',
      records(call(['11'], { failure: podLost, rerunnable: false })),
      [lostPod(2)],
      crash,
    ],
    ['a failure of what could run again', records(call(['11'], { failure: podLost })), [lostPod(1)], crash],
    [
      'a failure that comes too late',
      records(call(['11'], { failure: podLost, rerunnable: false, endedAt: 106 })),
      [lostPod(1)],
      crash,
    ],
    ['a cut with nothing lost', records(call([], { failure: { kind: 'cut', message: '' } })), [], crash],
    ['a call that hangs', records(call(['11'], { failure: { kind: 'hung', message: '' } })), [lostPod(1)], crash],
    ['a re-run without need', records(call(['11', '21', '22', '23'])), [], crash],
    ['a re-run of what must not', records(call(['11', '21', '22', '23'], { rerunnable: false })), [lostPod(1)], crash],
  ])('%s', (_name, found, lost, allowance) => {
    expect(violations(found, lost, allowance)).toHaveLength(1);
  });

  test.each([
    ['no fault', records(call(whole)), [], none],
    ['an honest failure', records(call(['11'], { failure: podLost, rerunnable: false })), [lostPod(1)], crash],
    ['a re-run', records(call(['11', '21', '22', '23'])), [lostPod(1)], crash],
  ])('and none is made up: %s', (_name, found, lost, allowance) => {
    expect(violations(found, lost, allowance)).toEqual([]);
  });
});

test('side effects are there once, or not at all where the call failed', () => {
  const charges = records(
    call([], { effect: 'once' }),
    call([], { effect: 'missing' }),
    call([], { effect: 'twice' }),
    call([], { effect: 'failed', failure: podLost }),
  );
  const counts = new Map(Object.entries({ once: 1, twice: 2 }));
  expect(effectViolations(charges, counts)).toEqual([
    'test count missing: 0 side effects',
    'test count twice: 2 side effects',
  ]);
});
