import { describe, expect, test } from 'vitest';
import { type DoctorOptions, diagnose } from './diagnose.ts';
import type { Diagnosis } from './finding.ts';
import { type Fault, startStub } from './stub-server.fixture.ts';
import { CASES } from './verdict-cases.fixture.ts';

const CALL = { call: { tool: 'slow', arguments: {} } };

/** What the doctor says of a stub with faults. */
async function examine(
  faults: readonly Fault[],
  calls = false,
  options: Partial<DoctorOptions> = {},
): Promise<Diagnosis['rows']> {
  const { url, stop } = await startStub(faults);
  const limits = { timeoutMs: 20_000, watchMs: 1000, mostMs: 60_000, headers: {} };
  try {
    return (await diagnose({ url, ...limits, ...(calls ? CALL : {}), ...options })).rows;
  } finally {
    stop();
  }
}

/** Verdicts by row at a stub without faults. */
const HEALTHY = {
  answers: 'ok',
  revisions: 'ok',
  'session-header': 'ok',
  replicas: 'ok',
  affinity: 'ok',
  'stream-opens': 'ok',
  heartbeats: 'ok',
  'idle-stream': 'ok',
  resume: 'ok',
  'event-id-header': 'ok',
  compression: 'ok',
  call: 'ok',
  buffering: 'ok',
  questions: 'skip',
  'resume-call': 'ok',
  'unknown-session': 'ok',
  'version-header': 'ok',
  accept: 'ok',
  slash: 'ok',
  'header-size': 'ok',
  'broken-body': 'ok',
  'keep-alive': 'skip',
  origin: 'ok',
  authorization: 'skip',
  delete: 'ok',
} as const;
const OF_CALLS = ['call', 'buffering', 'questions', 'resume-call'];

const verdictsOf = (rows: Diagnosis['rows']) => Object.fromEntries(rows.map(({ id, verdict }) => [id, verdict]));

// Most of the time goes into watching, so the cases watch together.
describe.concurrent('the doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    expect(verdictsOf(await examine([], true))).toEqual(HEALTHY);
  });

  test.each(CASES)(
    'finds $faults in $rows, and nowhere else [host.doctor.verdicts] [host.doctor.authorization]',
    async ({ faults, calls = false, options, rows }) => {
      const found = await examine(faults, calls, options);
      const expected = Object.fromEntries(Object.entries(rows).map(([id, [verdict]]) => [id, verdict]));
      const unasked = calls ? {} : Object.fromEntries(OF_CALLS.map((id) => [id, 'skip']));
      expect(verdictsOf(found)).toEqual({ ...HEALTHY, ...unasked, ...expected });
      for (const [id, [, evidence]] of Object.entries(rows)) {
        expect(found.find((row) => row.id === id)?.evidence, id).toMatch(evidence);
      }
    },
  );

  test.each<[Fault, RegExp]>([
    ['protected', /by 401/],
    ['answers 400', /by 400/],
    ['answers 403', /by 403/],
    ['answers 404', /by 404/],
    ['answers 500', /by 500/],
    ['redirects', /by 302: \/elsewhere/],
  ])('says how nobody answers where a server has the fault %s', async (fault, evidence) => {
    const [answers, ...rest] = await examine([fault]);
    expect(answers).toMatchObject({ id: 'answers', verdict: 'fail', evidence: expect.stringMatching(evidence) });
    expect(rest.map(({ id, verdict }) => [id, verdict])).toEqual(
      fault === 'protected' ? [['authorization', 'ok']] : [],
    );
  });

  test('says how long to watch, because usual idle timeouts are longer than it watched', async () => {
    const remedies = (await examine(['stream silent'])).flatMap(({ id, remedy }) =>
      remedy?.includes('--watch 65000') === true ? [id] : [],
    );
    expect(remedies).toEqual(['heartbeats', 'idle-stream', 'keep-alive']);
    const lively = (await examine([])).find(({ id }) => id === 'idle-stream');
    expect(lively).not.toHaveProperty('remedy');
  });

  test('is seen to find something bad in each row', () => {
    const bad = CASES.flatMap(({ rows }) =>
      Object.entries(rows).flatMap(([id, [verdict]]) => (verdict === 'warn' || verdict === 'fail' ? [id] : [])),
    );
    expect(new Set([...bad, 'answers'])).toEqual(new Set(Object.keys(HEALTHY)));
  });
});
