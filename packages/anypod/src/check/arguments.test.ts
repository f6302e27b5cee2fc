import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCheckArguments } from './arguments.ts';

const URL_TEXT = 'https://mcp.example.com/mcp';

describe('the arguments of anypod check', () => {
  test('a URL is enough', () => {
    expect(readCheckArguments([URL_TEXT])).toEqual({
      url: new URL(URL_TEXT),
      pods: [],
      headers: {},
      challenge: false,
      timeoutMs: 10_000,
    });
  });

  test('pods, a tool with arguments and a time', () => {
    const flags = ['--pods', 'pods:3000,[::1]:1', '--tool', 'echo', '--arguments', '{"text":"x"}', '--timeout', '5'];
    const { pods, call, timeoutMs } = readCheckArguments([URL_TEXT, ...flags]);
    expect(pods.map(({ host }) => host)).toEqual(['pods:3000', '[::1]:1']);
    expect(call).toEqual({ tool: 'echo', arguments: { text: 'x' } });
    expect(timeoutMs).toBe(5);
  });

  test('headers, and a token from a file', async () => {
    const file = join(tmpdir(), `anypod-token-${process.pid}`);
    await writeFile(file, 'ab.cd-ef==\n');
    const { headers } = readCheckArguments([URL_TEXT, '--header', 'X-Team: a: b', '--token-file', file]);
    expect(headers).toEqual({ 'x-team': 'a: b', authorization: 'Bearer ab.cd-ef==' });
    expect(() => readCheckArguments([URL_TEXT, '--header', 'Authorization: Bearer x', '--token-file', file])).toThrow(
      'keep one',
    );
    await writeFile(file, 'two tokens');
    expect(() => readCheckArguments([URL_TEXT, '--token-file', file])).toThrow('one access token');
    await rm(file);
    expect(() => readCheckArguments([URL_TEXT, '--token-file', file])).toThrow('ENOENT');
  });

  test('a wrong header is not repeated, because it may be a secret', () => {
    expect(() => readCheckArguments([URL_TEXT, '--header', 'secret'])).toThrow(/^(?!.*secret)[\s\S]*"Name: value"/);
  });

  test.each([
    ['<url>', []],
    ['--challenge', [URL_TEXT, '--challenge', '--header', 'a: b']],
    ['--challenge', [URL_TEXT, '--challenge', '--tool', 'echo']],
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
