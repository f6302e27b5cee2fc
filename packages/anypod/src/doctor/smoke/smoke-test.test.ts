import { describe, expect, test } from 'vitest';
import type { Diagnosis, Verdict } from '../finding.ts';
import { type Fault, startStub } from '../stub-server.fixture.ts';
import { type SmokeTestOptions, smokeTest } from './smoke-test.ts';

/** What the smoke test says of a stub with faults. */
async function tryOut(faults: readonly Fault[], options: Partial<SmokeTestOptions> = {}): Promise<Diagnosis> {
  const { url, stop } = await startStub(faults);
  const call = { tool: 'slow', arguments: {} };
  try {
    return await smokeTest({ url, pods: [], call, headers: {}, challenge: false, timeoutMs: 20_000, ...options });
  } finally {
    stop();
  }
}

/** The rows with a verdict, one to a line. */
const text = ({ rows }: Diagnosis, wanted: Verdict) =>
  rows
    .flatMap(({ verdict, id, evidence, remedy = '' }) => (verdict === wanted ? [`${id} ${evidence} ${remedy}`] : []))
    .join('\n');

describe('the smoke test', () => {
  test('passes where nothing is wrong', async () => {
    const diagnosis = await tryOut([]);
    expect(text(diagnosis, 'fail')).toBe('');
    expect(text(diagnosis, 'ok')).toMatch(/call .*its result and 3 events before it came from/);
    expect(diagnosis.server).toContain('stub');
  });

  test.each<[Fault, RegExp]>([
    ['answers 404', /answers .*ANYPOD_PATH/],
    ['no sessions', /answers .*created no session/],
    ['list without tools', /tools .*names no tools/],
    ['call fails silently', /call .*reports an error: no text/],
    ['stream 500', /resume .*answered 500/],
    ['resume refused', /resume .*answered 400/],
    ['stream without ids', /resume .*ended before an event with an id|resume .*did not finish/],
    ['call fails', /call .*reports an error: done/],
    ['resumed call refused', /call .*answered 400/],
    ['resumed call doubles', /call .*sent 1 event\(s\) again/],
    ['delete 405', /delete .*answered 405/],
    ['delete forgotten', /delete .*still knows the session/],
  ])('fails where %s', async (fault, said) => {
    const diagnosis = await tryOut([fault], fault === 'stream without ids' ? { timeoutMs: 3000 } : {});
    expect(text(diagnosis, 'fail')).toMatch(said);
  });

  test('takes a challenge with metadata, and no other', async () => {
    const bare = { challenge: true };
    const [well, silent, open] = await Promise.all([
      tryOut(['protected'], bare),
      tryOut(['protected', 'no challenge'], bare),
      tryOut([], bare),
    ]);
    expect(text(well, 'ok')).toMatch(/challenge [\s\S]*oauth-protected-resource[\s\S]*tokens come from http/);
    expect(text(silent, 'fail')).toMatch(/challenge .*401 without a challenge/);
    expect(text(open, 'fail')).toMatch(/challenge .*lets callers in/);
    for (const { server } of [well, silent, open]) expect(server).toBe('unnamed');
  });
});
