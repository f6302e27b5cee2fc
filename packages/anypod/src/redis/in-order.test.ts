import { expect, it } from 'vitest';
import { createOrder } from './in-order.ts';

it('runs tasks of one name one after the other, also after a failure, and of different names side by side', async () => {
  const inOrder = createOrder();
  const log: string[] = [];
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const task =
    (name: string, gate: number, fail = false) =>
    async () => {
      log.push(`${name} begins`);
      await gates[gate]?.promise;
      log.push(`${name} ends`);
      if (fail) throw new Error(name);
      return name;
    };
  const first = inOrder('x', task('first', 0, true));
  const second = inOrder('x', task('second', 1));
  const other = inOrder('y', task('other', 2));
  gates[2]?.resolve();
  expect(await other).toBe('other');
  gates[1]?.resolve();
  gates[0]?.resolve();
  await expect(first).rejects.toThrow('first');
  expect(await second).toBe('second');
  expect(log).toEqual(['first begins', 'other begins', 'other ends', 'first ends', 'second begins', 'second ends']);
});
