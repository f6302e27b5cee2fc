import { expect, it } from 'vitest';
import { formatEvent } from './sse.ts';

it('writes an event in one line of data, whatever its text has', () => {
  expect(formatEvent({ id: '1', retry: 5, data: '{"a":"\u2028\u0085"}' })).toBe(
    'id: 1\nretry: 5\nevent: message\ndata: {"a":"\\u2028\\u0085"}\n\n',
  );
  expect(formatEvent({ id: '1', data: '' })).toBe('id: 1\ndata: \n\n');
});
