import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ask, withDefaults } from './ask.ts';

const [DOWN, ENTER, CANCEL] = ['\x1b[B', '\r', '\x03'];

/** A terminal whose user presses the next key each time that a question is drawn. */
function terminalOf(...answers: string[][]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 40 });
  let shown = '';
  const texts = ['generation', 'begin with', 'it run'];
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const next = texts.findIndex((text) => shown.includes(text));
    if (next === -1) return;
    texts.splice(next, 1);
    for (const key of answers.shift() ?? []) setImmediate(() => input.write(key));
  });
  return { input, output };
}

it('asks three questions, each with its default first', async () => {
  const terminal = terminalOf([ENTER], [DOWN, ENTER], [DOWN, DOWN, ENTER]);
  expect(await ask({}, terminal)).toEqual({ sdk: 'v2', example: 'report', run: 'kubernetes' });
});

it('asks only what no flag has answered', async () => {
  expect(await ask({ sdk: 'v1', run: 'node' }, terminalOf([ENTER]))).toEqual({
    sdk: 'v1',
    example: 'greet',
    run: 'node',
  });
});

it('makes nothing if the user leaves', async () => {
  await expect(ask({}, terminalOf([CANCEL]))).rejects.toThrow('Nothing was made.');
});

it('has a default for each question', () => {
  expect(withDefaults({ example: 'basket' })).toEqual({ sdk: 'v2', example: 'basket', run: 'node' });
});
