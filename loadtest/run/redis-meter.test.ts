import { describe, expect, it } from 'vitest';
import { beyond, each, type RedisUse, without } from './redis-meter.ts';

const use = (commands: number, seconds = 1): RedisUse => {
  return { commands, seconds, cpuUs: 10 * commands, keptBytes: 100, networkBytes: commands };
};

describe('what some work took of Redis', () => {
  it('leaves out what pods at rest take in that time', () => {
    expect(without(use(50, 4), { ...use(5), keptBytes: 0 })).toMatchObject({
      commands: 30,
      cpuUs: 300,
      keptBytes: 100,
      seconds: 4,
    });
  });

  it('is divided among all that was done', () => {
    expect(each(use(50), 10)).toMatchObject({ commands: 5, cpuUs: 50, keptBytes: 10 });
  });

  it('can be compared with less of it', () => {
    expect(beyond(use(50), use(20))).toMatchObject({ commands: 30, keptBytes: 0 });
  });
});
