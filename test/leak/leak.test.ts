import { describe, expect, test } from 'vitest';
import { compare, measureLeak } from './measure-leak.ts';

const MIB = 1024 * 1024;

describe('sessions and cancelled calls', () => {
  test('leave nothing behind in the pods or in Redis', { timeout: 180_000 }, async () => {
    const { leaks } = await measureLeak({ sessions: 100, cancelled: 100, warmUp: 50 });
    expect(leaks).toEqual([]);
  });

  test('a leak would be seen', () => {
    const pod = { heapBytes: 10 * MIB, counts: { Timeout: 2, LiveSession: 0 } };
    const baseline = { pods: [pod], redisKeys: 3 };
    expect(compare(baseline, baseline, MIB)).toEqual([]);
    const after = {
      pods: [{ heapBytes: 12 * MIB, counts: { Timeout: 2, TCPSocketWrap: 1, LiveSession: 1 } }],
      redisKeys: 4,
    };
    expect(compare(baseline, after, MIB)).toHaveLength(4);
    expect(compare(baseline, after)).toHaveLength(3);
  });
});
