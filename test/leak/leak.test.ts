import { describe, expect, test } from 'vitest';
import { compare, measureLeak } from './measure-leak.ts';

const MIB = 1024 * 1024;
/** Twice what remembering the ids of ended sessions for a minute takes; half of what the ended sessions themselves would. */
const TOLERANCE = 0.75 * MIB;

describe('sessions and cancelled calls', () => {
  test('leave nothing behind in the pods or in Redis', { timeout: 180_000 }, async () => {
    const { leaks } = await measureLeak({ sessions: 500, cancelled: 500, warmUp: 400, heapToleranceBytes: TOLERANCE });
    expect(leaks).toEqual([]);
  });

  test('a leak would be seen', () => {
    const pod = { heapBytes: 10 * MIB, handles: { Timeout: 2 } };
    const baseline = { pods: [pod], redisKeys: 3 };
    expect(compare(baseline, baseline, MIB)).toEqual([]);
    const after = { pods: [{ heapBytes: 12 * MIB, handles: { Timeout: 2, TCPSocketWrap: 1 } }], redisKeys: 4 };
    expect(compare(baseline, after, MIB)).toHaveLength(3);
  });
});
