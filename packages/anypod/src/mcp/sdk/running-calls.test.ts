import { expect, test } from 'vitest';
import { createRunningCalls, RunningCall } from './running-calls.ts';

const call = (id: number) => new RunningCall({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: `t${id}` } });

test('keeps the eight calls that began last, newest first', () => {
  const calls = createRunningCalls();
  const latest = () => calls.latest().map(({ id }) => id);
  expect(latest()).toEqual([]);
  for (const id of [1, 2, 3]) calls.run(call(id), () => {});
  expect(latest()).toEqual([3, 2, 1]);
  for (let id = 4; id <= 20; id++) calls.run(call(id), () => {});
  expect(latest()).toEqual([20, 19, 18, 17, 16, 15, 14, 13]);
});

test('code of a call finds its call', () => {
  const calls = createRunningCalls();
  calls.run(call(1), () => expect(calls.current()?.tool).toBe('t1'));
  expect(calls.current()).toBeUndefined();
});
