import { describe, expect, test } from 'vitest';
import type { LostPod } from '../../chaos/judge.ts';
import { type CallRecord, emptyRecords, type FailureKind, type Records } from '../../chaos/records.ts';
import { judge } from './judge.ts';
import type { RequestRecord } from './keep-alive-worker.ts';
import type { Allowed } from './protocol.ts';

const NOTHING: Allowed = { failures: [], honestWithinMs: 100 };
const CRASH: Allowed = { failures: ['pod_lost', 'cut'], honestWithinMs: 100 };
const STORE_AWAY: Allowed = { failures: ['refused'], honestWithinMs: 100 };
const LOST: readonly LostPod[] = [{ run: 'pod-a/1', from: 10, to: 20 }];

const answered: RequestRecord = { worker: 'legacy-0', startedAt: 0, endedAt: 7, run: 'pod-a/1', version: '1' };

function failed(kind: FailureKind, more: Partial<RequestRecord> = {}): RequestRecord {
  return { worker: 'legacy-0', startedAt: 12, endedAt: 15, failure: { kind, message: 'broken' }, ...more };
}

function records(more: Partial<Records> = {}): Records {
  const call: CallRecord = {
    client: 'v1',
    tool: 'count',
    steps: 1,
    rerunnable: true,
    startedAt: 0,
    endedAt: 2,
    seen: [{ number: 1, run: 'pod-a/1', at: 1 }],
  };
  return { ...emptyRecords(), calls: [call], sessions: [{ client: 'v1', kept: true }], ...more };
}

function seen(requests: readonly RequestRecord[] = [answered], more: Partial<Records> = {}) {
  return { records: records(more), requests, effects: [] };
}

test('a load without fault breaks nothing and is counted', () => {
  const requests = [answered, { ...answered, run: 'pod-b/1', version: '2', endedAt: 3 }];
  expect(judge(seen(requests), [], NOTHING)).toMatchObject({
    workers: { requests: 2, failed: 0, slowestMs: 7 },
    sessions: { kept: 1, of: 1 },
    versions: { 1: 1, 2: 1 },
    pods: 2,
    violations: [],
  });
});

describe('a broken promise is found', () => {
  test.each([
    ['no requests', seen([]), [], NOTHING],
    ['no sessions', seen([answered], { sessions: [] }), [], NOTHING],
    ['a lost session', seen([answered], { sessions: [{ client: 'v1', kept: false }] }), [], CRASH],
    [
      'an event missing in a standing stream',
      seen([answered], { standing: [{ client: 'v1', sent: [1], seen: [] }] }),
      [],
      CRASH,
    ],
    ['an event id twice', seen([answered], { repeatedIds: ['x'] }), [], CRASH],
    ['a side effect twice', { ...seen(), effects: ['twice'] }, [], CRASH],
    ['a failed request', seen([answered, failed('cut')]), [], NOTHING],
    ['a failed request with no pod lost', seen([answered, failed('cut')]), [], CRASH],
    ['a failed request before the loss', seen([answered, failed('cut', { startedAt: 1, endedAt: 9 })]), LOST, CRASH],
    ['a failed request long after it', seen([answered, failed('cut', { startedAt: 6000 })]), LOST, CRASH],
    ['a wrong answer at the time of a loss', seen([answered, failed('wrong')]), LOST, CRASH],
    [
      'a modern request refused, which needs no store',
      seen([answered, failed('refused', { worker: 'modern-0' })]),
      [],
      STORE_AWAY,
    ],
  ])('%s', (_name, found, lost, allowed) => {
    expect(judge(found, lost, allowed).violations).toHaveLength(found.records.standing.length === 0 ? 1 : 2);
  });

  test.each([
    ['a request that was on its way to the lost pod', failed('cut'), LOST, CRASH],
    ['a request of a session, refused while the store is away', failed('refused'), [], STORE_AWAY],
  ])('and none is made up: %s', (_name, request, lost, allowed) => {
    expect(judge(seen([answered, request]), lost, allowed).violations).toEqual([]);
  });
});
