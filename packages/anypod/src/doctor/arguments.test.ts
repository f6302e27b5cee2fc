import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDoctorArguments } from './arguments.ts';

const URL_TEXT = 'https://mcp.example.com/mcp';

const SMOKE = [URL_TEXT, '--smoke'];

describe('the arguments of anypod doctor', () => {
  test('a URL is enough, with --smoke too', () => {
    const options = { url: new URL(URL_TEXT), headers: {}, timeoutMs: 10_000, watchMs: 20_000, mostMs: 300_000 };
    expect(readDoctorArguments([URL_TEXT])).toEqual({ options, json: false, strict: false });
    const smoke = { pods: [], challenge: false };
    expect(readDoctorArguments(SMOKE)).toEqual({ options, json: false, strict: false, smoke });
  });

  test('pods, a tool with arguments and a time', () => {
    const flags = ['--pods', 'pods:3000,[::1]:1', '--tool', 'echo', '--arguments', '{"text":"x"}', '--timeout', '5'];
    const { smoke, options } = readDoctorArguments([...SMOKE, ...flags]);
    const { call, timeoutMs } = options;
    expect(smoke?.pods.map(({ host }) => host)).toEqual(['pods:3000', '[::1]:1']);
    expect(call).toEqual({ tool: 'echo', arguments: { text: 'x' } });
    expect(timeoutMs).toBe(5);
  });

  test('headers, and a token from a file', async () => {
    const file = join(tmpdir(), `anypod-token-${process.pid}`);
    await writeFile(file, 'ab.cd-ef==\n');
    const { options } = readDoctorArguments([URL_TEXT, '--header', 'X-Team: a: b', '--token-file', file]);
    expect(options.headers).toEqual({ 'x-team': 'a: b', authorization: 'Bearer ab.cd-ef==' });
    expect(() => readDoctorArguments([URL_TEXT, '--header', 'Authorization: Bearer x', '--token-file', file])).toThrow(
      'keep one',
    );
    await writeFile(file, 'two tokens');
    expect(() => readDoctorArguments([URL_TEXT, '--token-file', file])).toThrow('one access token');
    await rm(file);
    expect(() => readDoctorArguments([URL_TEXT, '--token-file', file])).toThrow('ENOENT');
  });

  test('a wrong header is not repeated, because it may be a secret', () => {
    expect(() => readDoctorArguments([URL_TEXT, '--header', 'secret'])).toThrow(/^(?!.*secret)[\s\S]*"Name: value"/);
  });

  test.each([
    ['<url>', []],
    ['--challenge', [...SMOKE, '--challenge', '--header', 'a: b']],
    ['--challenge', [...SMOKE, '--challenge', '--tool', 'echo']],
    ['--challenge', [...SMOKE, '--challenge', '--device-login']],
    ['--challenge', [URL_TEXT, '--challenge']],
    ['--pods', [URL_TEXT, '--pods', 'pods:3000']],
    ['--watch', [...SMOKE, '--watch', '1000']],
    ['--most', [...SMOKE, '--most', '1000']],
    ['<url>', ['mcp.example.com/mcp']],
    ['<url>', [URL_TEXT, URL_TEXT]],
    ['--pods', [...SMOKE, '--pods', 'pods']],
    ['--pods', [...SMOKE, '--pods', 'http://pods:3000']],
    ['--arguments', [URL_TEXT, '--tool', 'echo', '--arguments', '[]']],
    ['--arguments', [URL_TEXT, '--tool', 'echo', '--arguments', '{']],
    ['--arguments', [URL_TEXT, '--arguments', '{"text":"x"}']],
    ['--timeout', [URL_TEXT, '--timeout', '0']],
    ['--nonsense', [URL_TEXT, '--nonsense']],
  ])('%s is named where it is wrong: %j', (name, argv) => {
    expect(() => readDoctorArguments(argv)).toThrow(name);
  });
});
