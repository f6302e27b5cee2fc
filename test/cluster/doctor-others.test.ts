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
const isThere = (name: string) => existsSync(OTHERS[name]?.needs ?? '');
const there = Object.entries(OTHERS).filter(([name]) => isThere(name));
const isEach = there.length === Object.keys(OTHERS).length;

async function examine(url: URL, call: readonly string[]): Promise<Diagnosis> {
  const child = startChild(process.execPath, [MAIN, 'doctor', url.href, '--json', '--watch', '3000', ...call]);
  await child.exited;
  return JSON.parse(child.logs()) as Diagnosis;
}

describe.skipIf(there.length === 0)('anypod doctor at servers of others', () => {
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
    const isWritten = isEach && process.env['DOCTOR_DOCS'] === 'write';
    if (isWritten) await writeTables('others', Object.keys(OTHERS).flatMap(tablesOf));
  });

  afterAll(async () => {
    await nginx?.stop();
    await Promise.all(running.map((child) => child.stop(2000)));
  });

  const verdictOf = (way: string, id: string) => found.get(way)?.rows.find((row) => row.id === id)?.verdict;

  describe.each(Object.keys(OTHERS))('%s', (name) => {
    test.skipIf(!isThere(name))(
      'has a tool that it calls, and a proxy that holds its events back, which it finds',
      () => {
        expect(verdictOf(name, 'call')).toBe('ok');
        expect(verdictOf(name, 'buffering')).toBe('ok');
        expect(verdictOf(`${name}, buffered`, 'buffering')).toBe('fail');
      },
    );

    test.skipIf(!isThere(name))('has what docs/doctor.md says of it', async () => {
      const documented = await readVerdicts('others');
      const titles = verdictsIn(tablesOf(name).join('\n')).filter((line) => line.startsWith('###'));
      const own = titles.flatMap((title) => sectionOf(documented, title));
      expect(tablesOf(name).flatMap(verdictsIn)).toEqual(own);
    });
  });

  function tablesOf(name: string): string[] {
    const title = OTHERS[name]?.title ?? name;
    const [well, buffered] = [found.get(name), found.get(`${name}, buffered`)] as [Diagnosis, Diagnosis];
    return [tableOf(`${title}, one process`, well), tableOf(`${title}, buffered`, buffered, well)];
  }
});

/** A title and the rows below it. */
function sectionOf(lines: readonly string[], title: string): readonly string[] {
  const begin = lines.indexOf(title);
  const next = lines.findIndex((line, index) => index > begin && line.startsWith('###'));
  return begin < 0 ? [] : lines.slice(begin, next < 0 ? undefined : next);
}
