import { expect, it } from 'vitest';
import { withReadableError } from './readable-error.ts';

const failed = (code: number, message: string) => ({ jsonrpc: '2.0', id: 1, error: { code, message } }) as const;
const issues = (...paths: (string | number)[][]) =>
  JSON.stringify(
    paths.map((path) => ({ code: 'invalid_type', path, message: 'Invalid input: expected string, received number' })),
    null,
    2,
  );

it.each([
  [-32603, issues(['params', 'name'], ['params', 'other']), 'params.name is wrong: expected string, received number.'],
  [
    -32602,
    `Invalid tools/call request: ${issues(['params', 'items', 0, 'id'])}`,
    'params.items[0].id is wrong: expected string, received number.',
  ],
])('tells the first issue of a request in a sentence: %i', (code, message, sentence) => {
  expect(withReadableError(failed(code, message))).toEqual(failed(-32602, sentence));
});

it.each([
  failed(-32603, issues(['result', 'name'])),
  failed(-32603, 'The database is down: [{"host":1}]'),
  failed(-32603, '[{"not": "an issue"}]'),
  failed(-32603, '[{ broken'),
  failed(-32603, '[]'),
  failed(-32601, issues(['params', 'name'])),
  { jsonrpc: '2.0', id: 1, result: {} } as const,
])("leaves a server's own answer alone: %j", (response) => {
  expect(withReadableError(response)).toBe(response);
});
