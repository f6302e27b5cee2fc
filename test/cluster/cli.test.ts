import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { freePort } from '../lib/free-port.ts';
import { runAnypod } from './command.ts';
import { FIXTURE, useDeployment } from './deployment.ts';

const NOISY = fileURLToPath(new URL('fixture-noisy.ts', import.meta.url));

const deployment = useDeployment();

describe.each([
  ['a url', () => deployment.balancer.href],
  ['a module', () => FIXTURE],
])('anypod call of %s', (_name, place) => {
  test('prints the result, and nothing else', async () => {
    const [plain, json] = await Promise.all([
      runAnypod('call', place(), 'echo', '--arguments', '{"text":"hello"}'),
      runAnypod('call', place(), 'echo', '--arguments', '{"text":"hello"}', '--json'),
    ]);
    expect(plain).toEqual({ code: 0, stdout: 'hello\n', stderr: plain.stderr });
    expect(JSON.parse(json.stdout)).toMatchObject({ content: [{ type: 'text', text: 'hello' }] });
    expect(json.code).toBe(0);
  });

  test('tells a tool that fails from a server that does not answer in time [host.call.exit]', async () => {
    const [unknown, invalid, late, asking] = await Promise.all([
      runAnypod('call', place(), 'no-such-tool', '--json'),
      runAnypod('call', place(), 'slow', '--arguments', '{"steps":"many"}'),
      runAnypod('call', place(), 'wait_cancel', '--arguments', '{"key":"call"}', '--timeout', '2000'),
      runAnypod('call', place(), 'ask'),
    ]);
    expect(unknown.code).toBe(1);
    expect(JSON.stringify(JSON.parse(unknown.stdout))).toContain('no-such-tool');
    expect(invalid).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('steps') });
    expect(late).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/no answer: .*timed out/i) });
    expect(`${asking.stdout}${asking.stderr}`).toMatch(/elicitation/);
  });
});

describe('anypod call', () => {
  test('keeps stdout for the result, whatever a module prints', async () => {
    const { code, stdout, stderr } = await runAnypod('call', NOISY, 'chat');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'quiet\n' });
    expect(stderr).toMatch(/loaded.*called.*written/s);
  });

  test('says why nobody answers, and names every wrong argument [host.call.exit]', async () => {
    const server = createServer((_request, response) => response.writeHead(401).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [nobody, locked, usage, broken, module] = await Promise.all([
      runAnypod('call', `http://127.0.0.1:${await freePort()}/mcp`, 'echo'),
      runAnypod('call', `http://127.0.0.1:${port}/mcp`, 'echo', '--header', 'Authorization: Bearer no', '--json'),
      runAnypod('call', 'http://127.0.0.1:1/mcp', '--arguments', '[]', '--timeout', '0', '--header', 'x'),
      runAnypod('call', FIXTURE, 'echo', '--arguments', '{"text":', '--json'),
      runAnypod('call', './no-such-module.js', 'echo'),
    ]);
    server.close();
    expect(nobody).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('ECONNREFUSED') });
    expect(JSON.parse(locked.stdout)).toMatchObject({ error: { message: expect.stringMatching(/401|Unauthorized/i) } });
    expect(locked.code).toBe(3);
    expect(usage).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/<tool>.*--header.*--arguments.*--timeout/s),
    });
    expect(broken).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--arguments: must be a JSON object'),
    });
    expect(module).toMatchObject({ code: 2, stderr: expect.stringContaining('no-such-module') });
  });
});

describe('anypod tasks', () => {
  test.each([['list'], ['show', 'some-task'], ['cancel', 'some-task']])(
    'says in one line that Redis does not answer: %s',
    async (...words) => {
      const redis = `redis://127.0.0.1:${await freePort()}`;
      expect(await runAnypod('tasks', ...words, '--redis', redis)).toEqual({
        code: 3,
        stdout: '',
        stderr: expect.stringMatching(/^anypod: Redis does not answer.*\n$/),
      });
    },
  );
});

/** `make services` installs it. */
const zsh = spawnSync('zsh', ['-f', '-c', 'exit']).error === undefined;

describe('anypod completion', () => {
  test.skipIf(!zsh)('completes the same in zsh', async () => {
    // Only its editor has `compadd`, which shows the words that begin like the one before the cursor.
    const script = `
      anypod() { "$NODE" "$ANYPOD" "$@"; }
      source <(anypod completion zsh)
      compadd() { [ "$1" = - ] && shift && print -r -- "\${(M)@:#\${words[CURRENT]}*}"; }
      try() { words=("$@"); CURRENT=$#; _bash_complete -o default -F _anypod; }
      print "\${_comps[anypod]}"
      try anypod do; try anypod sessions s; try anypod call x y --a; try anypod doctor --st; try anypod tasks show x --co`;
    const home = await mkdtemp(join(tmpdir(), 'anypod-zsh-'));
    const env = { ...process.env, HOME: home, ZDOTDIR: home, NODE: process.execPath, ANYPOD };
    const { stdout, stderr } = await promisify(execFile)('zsh', ['-f', '-c', script], { env });
    await rm(home, { recursive: true });
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      '_bash_complete -o default -F _anypod',
      'doctor',
      'show',
      '--arguments',
      '--strict',
      '--contents',
    ]);
  });

  test('completes commands, verbs, and the flags of a command in bash', async () => {
    const script = `
      anypod() { "$NODE" "$ANYPOD" "$@"; }
      source <(anypod completion bash)
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _anypod; echo "\${COMPREPLY[*]}"; }
      try anypod do; try anypod sessions s; try anypod call x y --a; try anypod doctor --st; try anypod tasks show x --co`;
    const env = { ...process.env, NODE: process.execPath, ANYPOD };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
    expect(stdout.split('\n').slice(0, 5)).toEqual(['doctor', 'show', '--arguments', '--strict', '--contents']);
    expect(await runAnypod('completion', 'fish')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash or zsh'),
    });
    expect(await runAnypod('nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/serve.*doctor.*tasks/),
    });
  });
});
