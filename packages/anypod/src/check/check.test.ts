import { describe, expect, test } from 'vitest';
import { type Fault, startStub } from '../doctor/stub-server.fixture.ts';
import { type CheckOptions, type CheckOutcome, runCheck } from './check.ts';

/** What the check says of a stub with faults. */
async function check(
  faults: readonly Fault[],
  options: Partial<CheckOptions> = {},
): Promise<{ readonly outcome: CheckOutcome; readonly lines: readonly string[] }> {
  const { url, stop } = await startStub(faults);
  const lines: string[] = [];
  const call = { tool: 'slow', arguments: {} };
  const all = { url, pods: [], call, headers: {}, challenge: false, timeoutMs: 20_000, ...options };
  try {
    return { outcome: await runCheck(all, (line) => void lines.push(line)), lines };
  } finally {
    stop();
  }
}

const text = (lines: readonly string[], word: string) => lines.filter((line) => line.startsWith(word)).join('');

describe('the check', () => {
  test('passes where nothing is wrong', async () => {
    const { outcome, lines } = await check([]);
    expect(text(lines, 'FAIL')).toBe('');
    expect(lines.join('')).toMatch(/ok +tools\/call .*its result and 3 events before it came from/);
    expect(outcome).toBe('passed');
  });

  test.each<[Fault, RegExp]>([
    ['answers 404', /initialize .*ANYPOD_PATH/],
    ['no sessions', /initialize .*created no session/],
    ['list without tools', /tools\/list .*names no tools/],
    ['call fails silently', /tools\/call .*reports an error: no text/],
    ['stream 500', /resume .*answered 500/],
    ['resume refused', /resume .*answered 400/],
    ['stream without ids', /resume .*ended before an event with an id|resume .*did not finish/],
    ['call fails', /tools\/call .*reports an error: done/],
    ['resumed call refused', /tools\/call .*answered 400/],
    ['resumed call doubles', /tools\/call .*sent 1 event\(s\) again/],
    ['delete 405', /delete .*answered 405/],
    ['delete forgotten', /delete .*still knows the session/],
  ])('fails where %s', async (fault, said) => {
    const { outcome, lines } = await check([fault], fault === 'stream without ids' ? { timeoutMs: 3000 } : {});
    expect(text(lines, 'FAIL')).toMatch(said);
    expect(outcome).toBe('failed');
  });

  test('takes a challenge with metadata, and no other', async () => {
    const bare = { challenge: true };
    const [well, silent, open] = await Promise.all([
      check(['protected'], bare),
      check(['protected', 'no challenge'], bare),
      check([], bare),
    ]);
    expect(text(well.lines, 'ok')).toMatch(/challenge .*oauth-protected-resource.*\n.*tokens come from http/);
    expect(text(silent.lines, 'FAIL')).toMatch(/challenge .*401 without a challenge/);
    expect(text(open.lines, 'FAIL')).toMatch(/challenge .*lets callers in/);
    expect([well.outcome, silent.outcome, open.outcome]).toEqual(['passed', 'failed', 'failed']);
  });
});
