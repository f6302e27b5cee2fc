import { pino } from 'pino';
import { expect, it } from 'vitest';
import { serializeError } from './serialize-error.ts';

/** What the real logger writes for `{ err }`. */
function logged(err: unknown): Record<string, unknown> {
  const lines: string[] = [];
  const log = pino({ serializers: { err: (thrown) => serializeError(thrown) } }, { write: (text) => lines.push(text) });
  log.warn({ err }, 'what happened');
  return (JSON.parse(lines.join('')) as { err: Record<string, unknown> }).err;
}

it('keeps the message, the code, the stack and the cause', () => {
  const error = Object.assign(new TypeError('wrong', { cause: new Error('deeper') }), { code: 'E_WRONG' });
  expect(logged(error)).toEqual({
    message: 'TypeError: wrong',
    code: 'E_WRONG',
    stack: expect.stringContaining('serialize-error.test'),
    cause: { message: 'Error: deeper', stack: expect.any(String) },
  });
});

it('leaves out all other members of an error', () => {
  const error = Object.assign(new Error('401'), { config: { headers: { authorization: 'Bearer secret' } } });
  expect(JSON.stringify(logged(error))).not.toContain('secret');
});

it('ends if causes form a circle', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(logged(error)).match(/round/g)?.length).toBeLessThan(20);
});

it.each([
  ['null', null, 'null was thrown'],
  ['a string', 'words', 'words'],
  [
    'an error whose members throw',
    new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    }),
    'an error that cannot be read',
  ],
])('has words for %s', (_what, thrown, message) => {
  expect(logged(thrown)).toEqual({ message });
});
