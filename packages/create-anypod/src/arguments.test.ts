import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

it('reads a directory and the answers', () => {
  expect(readArguments(['weather', '--sdk', 'v1', '--run=docker', '-y'])).toMatchObject({
    directory: 'weather',
    init: false,
    yes: true,
    answers: { sdk: 'v1', run: 'docker' },
  });
});

it('knows where to begin without a directory', () => {
  expect([readArguments([]).directory, readArguments(['--init']).directory]).toEqual(['mcp-server', '.']);
});

it.each([
  [['--sdk', 'v3'], '--sdk: must be v2 or v1, not v3.'],
  [['--run', 'cloud'], '--run: must be node, docker or kubernetes, not cloud.'],
  [['one', 'two'], 'Pass one directory at most.'],
  [['--colour'], "Unknown option '--colour'. See --help."],
])('refuses %j', (argv, message) => {
  expect(() => readArguments(argv)).toThrow(message);
});
