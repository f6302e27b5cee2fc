import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnypodContainer, inspectImage, runToEnd, startAnypod } from './containers.ts';

interface Sbom {
  readonly spdxVersion: string;
  readonly packages: readonly { readonly name: string; readonly versionInfo: string }[];
}

let container: AnypodContainer;

beforeAll(async () => {
  await inspectImage();
  container = await startAnypod();
}, 60_000);

afterAll(() => container.remove());

const read = (file: string) => container.evaluate(`require('node:fs').readFileSync('${file}', 'utf8')`);
const installed = () =>
  container.evaluate(
    `require('node:fs').readdirSync('/anypod/node_modules').flatMap((name) => name[0] === '.' ? [] : name[0] === '@' ?
      require('node:fs').readdirSync('/anypod/node_modules/' + name).map((part) => name + '/' + part) : [name])`,
  ) as Promise<string[]>;

describe('the image', () => {
  test('says what it is, and runs as user 1000 [image.labels]', async () => {
    const { Config } = await inspectImage();
    expect(Config.User).toBe('1000:1000');
    const label = (name: string) => Config.Labels[`org.opencontainers.image.${name}`];
    expect(label('licenses')).toBe('Apache-2.0');
    expect(label('version')).toMatch(/^\d+\.\d+\.\d+/);
    expect(label('revision')).toMatch(/^[0-9a-f]{40}(-dirty)?$/);
    expect(label('source')).toBeDefined();
  });

  test('lists every package in its SBOM, and the system’s where scanners look [image.sbom]', async () => {
    const sbom = JSON.parse(String(await read('/anypod/sbom.spdx.json'))) as Sbom;
    expect(sbom.spdxVersion).toMatch(/^SPDX-2/);
    const listed = new Set(sbom.packages.map(({ name }) => name));
    expect((await installed()).filter((name) => !listed.has(name))).toEqual([]);
    expect(await read('/var/lib/dpkg/status.d/libc6')).toMatch(/^Version: /m);
  });

  test('has the SDKs of both generations and zod, and nothing of tests and tools [image.contents]', async () => {
    const packages = await installed();
    expect(packages).toEqual(
      expect.arrayContaining(['@modelcontextprotocol/sdk', '@modelcontextprotocol/server', 'zod', 'anypod']),
    );
    for (const unwanted of ['typescript', 'vitest', 'playwright-core', '@types/node', 'anypod-test']) {
      expect(packages).not.toContain(unwanted);
    }
  });

  test('has the console as a command, with its style and script [image.contents]', async () => {
    const { code, output } = await runToEnd({}, ['console', '--help']);
    expect([code, output]).toEqual([0, expect.stringContaining('ANYPOD_CONSOLE_PASSWORD')]);
    for (const file of ['console.css', 'console.js']) {
      expect(await read(`/anypod/services/console/assets/${file}`)).not.toBe('');
    }
  });

  test('keeps no secret and no proxy of its build [image.contents]', async () => {
    const { Config } = await inspectImage();
    const names = Config.Env.map((entry) => entry.split('=')[0]);
    expect(names.filter((name) => /proxy|cert|token|npm/i.test(name ?? ''))).toEqual([]);
    expect(await container.evaluate("require('node:fs').existsSync('/root')")).toBe(false);
  });
});
