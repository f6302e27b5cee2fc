import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { type Child, startChild } from '../lib/child.ts';
import { FIXTURE } from './deployment.ts';

function serve(args: readonly string[], env: Record<string, string> = {}): Child {
  const { PATH, HOME } = process.env;
  return startChild(process.execPath, [ANYPOD, 'serve', ...args], { env: { PATH, HOME, ...env } });
}

async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = serve(args, env);
  expect(await child.exited).toEqual({ code: 2, signal: null });
  return child.logs();
}

describe('wrong configuration ends the start with exit code 2', () => {
  test('and names all problems at once, each with the name, the fault and the remedy', async () => {
    const env = { PORT: 'abc', REDIS_URL: 'http://localhost', ANYPOD_SECRET: 'short', ANYPOD_LEASE: '1' };
    const logs = await refused([FIXTURE, '--upgrade-after', 'soon', '--nonsense', 'x'], env);
    for (const name of ['PORT', 'REDIS_URL', 'ANYPOD_SECRET', 'ANYPOD_LEASE', '--upgrade-after', '--nonsense']) {
      const line = logs.split('\n').find((text) => text.includes(`${name}:`));
      expect(line, `${name} in:\n${logs}`).toMatch(/: \S+ .*\S/);
    }
    expect(logs).toContain('32 bytes');
    expect(logs).toContain('openssl rand');
    expect(logs).not.toContain(' at ');
  });

  test('and names the page that explains it, if the operator has one [errors.help]', async () => {
    const page = 'https://docs.example.com/errors';
    const line = (await refused([FIXTURE], { PORT: 'abc', ANYPOD_ERRORS_URL: page })).trim();
    expect(JSON.parse(line)).toMatchObject({ msg: expect.stringContaining('PORT'), help: `${page}#a-refused-start` });
    const pretty = await refused([FIXTURE, '--log-format', 'pretty', '--errors-url', page], { PORT: 'abc' });
    expect(pretty).toContain(`\nSee ${page}#a-refused-start\n`);
  });

  test('without a secret where there is a Redis', async () => {
    const logs = await refused([FIXTURE, '--redis', 'redis://127.0.0.1:6379']);
    expect(logs).toMatch(/ANYPOD_SECRET: is required with Redis/);
  });

  test.each([
    ['no module', []],
    ['a module that is not there', ['not-there.ts', '--port', '0']],
    ['a module without a factory', [fileURLToPath(new URL('journal.ts', import.meta.url)), '--port', '0']],
  ])('for %s', async (_what, args) => {
    expect(await refused(args)).toContain('<module>');
  });
});
