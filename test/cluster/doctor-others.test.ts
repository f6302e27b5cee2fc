import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { type Diagnosis, readVerdicts, tableOf, verdictsIn, writeTables } from './doctor-tables.ts';
import { type SpoilingNginx, startSpoilingNginx } from './spoiling-nginx.ts';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MAIN = pathOf('../../packages/anypod/src/cli/main.ts');
/** What `make .doctor/ready` has installed. */
const EVERYTHING = pathOf('../../.doctor/node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const PYTHON = pathOf('../../.doctor/venv/bin/python');

interface Other {
  readonly title: string;
  readonly needs: string;
  start(port: number): Child;
  readonly call: readonly string[];
}

const OTHERS: Readonly<Record<string, Other>> = {
  everything: {
    title: '@modelcontextprotocol/server-everything',
    needs: EVERYTHING,
    start: (port) => {
      const env = { ...process.env, PORT: `${port}` };
      return startChild(process.execPath, [EVERYTHING, 'streamableHttp'], { env });
    },
    call: ['--tool', 'trigger-long-running-operation', '--arguments', '{"duration":1.5,"steps":5}'],
  },
  fastmcp: {
    title: 'FastMCP, Python',
    needs: PYTHON,
    start: (port) => startChild(PYTHON, [pathOf('doctor-others.py'), `${port}`]),
    call: ['--tool', 'slow', '--arguments', '{"steps":5,"ms":300}'],
  },
};

/** Whether the server is installed here. They are programs of others, so the tests that every change must pass do without them. */
const there = Object.entries(OTHERS).filter(([, { needs }]) => existsSync(needs));

async function examine(url: URL, call: readonly string[]): Promise<Diagnosis> {
  const child = startChild(process.execPath, [MAIN, 'doctor', url.href, '--json', '--watch', '3000', ...call]);
  await child.exited;
  return JSON.parse(child.logs()) as Diagnosis;
}

describe.skipIf(there.length < Object.keys(OTHERS).length)('anypod doctor at servers of others', () => {
  const running: Child[] = [];
  const found = new Map<string, Diagnosis>();
  let nginx: SpoilingNginx;

  beforeAll(async () => {
    const ports: Record<string, number[]> = {};
    for (const [name, other] of there) {
      const port = await freePort();
      ports[name] = [port];
      const child = other.start(port);
      running.push(child);
      await waitUntilReady(child, async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 404, { name });
    }
    nginx = await startSpoilingNginx(ports);
    for (const [name, { call }] of there) {
      for (const way of [name, `${name}, buffered`]) found.set(way, await examine(nginx.urlOf(way), call));
    }
  });

  afterAll(async () => {
    await nginx?.stop();
    await Promise.all(running.map((child) => child.stop(2000)));
  });

  const verdictOf = (way: string, id: string) => found.get(way)?.rows.find((row) => row.id === id)?.verdict;

  test.each(there)('calls the tool of %s, and finds the proxy that holds its events back', (name) => {
    expect(verdictOf(name, 'call')).toBe('ok');
    expect(verdictOf(name, 'buffering')).toBe('ok');
    expect(verdictOf(`${name}, buffered`, 'buffering')).toBe('fail');
  });

  test('says what docs/doctor.md says of each', async () => {
    const tables = there.flatMap(([name, { title }]) => {
      const [well, buffered] = [found.get(name), found.get(`${name}, buffered`)] as [Diagnosis, Diagnosis];
      return [tableOf(`${title}, one process`, well), tableOf(`${title}, buffered`, buffered, well)];
    });
    if (process.env['DOCTOR_DOCS'] === 'write') await writeTables('others', tables);
    expect(tables.flatMap(verdictsIn)).toEqual(await readVerdicts('others'));
  });
});
