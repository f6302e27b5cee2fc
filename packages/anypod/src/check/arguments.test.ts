import { describe, expect, test } from 'vitest';
import { readCheckArguments } from './arguments.ts';

const URL_TEXT = 'https://mcp.example.com/mcp';

describe('the arguments of anypod check', () => {
  test('a URL is enough', () => {
    expect(readCheckArguments([URL_TEXT])).toEqual({ url: new URL(URL_TEXT), pods: [], timeoutMs: 10_000 });
  });

  test('pods, a tool with arguments and a time', () => {
    const flags = ['--pods', 'pods:3000,[::1]:1', '--tool', 'echo', '--arguments', '{"text":"x"}', '--timeout', '5'];
    const { pods, call, timeoutMs } = readCheckArguments([URL_TEXT, ...flags]);
    expect(pods.map(({ host }) => host)).toEqual(['pods:3000', '[::1]:1']);
    expect(call).toEqual({ tool: 'echo', arguments: { text: 'x' } });
    expect(timeoutMs).toBe(5);
  });

  test.each([
    ['<url>', []],
    ['<url>', ['mcp.example.com/mcp']],
    ['<url>', [URL_TEXT, URL_TEXT]],
    ['--pods', [URL_TEXT, '--pods', 'pods']],
    ['--pods', [URL_TEXT, '--pods', 'http://pods:3000']],
    ['--arguments', [URL_TEXT, '--tool', 'echo', '--arguments', '[]']],
    ['--arguments', [URL_TEXT, '--tool', 'echo', '--arguments', '{']],
    ['--arguments', [URL_TEXT, '--arguments', '{"text":"x"}']],
    ['--timeout', [URL_TEXT, '--timeout', '0']],
    ['--nonsense', [URL_TEXT, '--nonsense']],
  ])('%s is named where it is wrong: %j', (name, argv) => {
    expect(() => readCheckArguments(argv)).toThrow(name);
  });
});
