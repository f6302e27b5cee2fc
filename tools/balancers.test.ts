/** Checks that `docs/balancers.md` agrees with the configurations and the settings, and that these fit each other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../packages/anypod/src/serve/settings/settings.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENT = read('docs/balancers.md');
const HAPROXY = read('deploy/balancers/haproxy.cfg');
const NGINX = read('deploy/balancers/nginx.conf');

/** The cells of the table rows between a heading and the next one. */
function rowsBelow(heading: string): string[][] {
  const section = DOCUMENT.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows
    .map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map((cells) => cells.slice(1));
}

const documented = (heading: string) => new Set(rowsBelow(heading).map(([directive]) => directive));

/** The directives of a file, except those that each operator writes. */
function directives(file: string, line: RegExp, own: RegExp): Set<string | undefined> {
  const set = [...file.matchAll(line)].map((match) => match[1] as string).filter((one) => !own.test(one));
  return new Set(set.map((one) => one.replace(/^server \S+/, 'server …')));
}

function milliseconds(file: string, setting: RegExp): number {
  const [, count = '', unit = ''] = setting.exec(file) ?? [];
  return Number(count) * ({ ms: 1, s: 1000, h: 3_600_000 }[unit] ?? Number.NaN);
}

function byDefault(env: string): number {
  return Number(SETTINGS.find((setting) => setting.env === env)?.default);
}

describe('docs/balancers.md', () => {
  test('explains each directive of haproxy.cfg, and no other', () => {
    expect(documented('haproxy')).toEqual(
      new Set([...directives(HAPROXY, /^ {2}(\w.*)$/gm, /^(bind|server) /), 'haproxy.cfg']),
    );
  });

  test('explains each directive of nginx.conf, and no other', () => {
    const own = /^(listen|proxy_pass) /;
    expect(documented('nginx')).toEqual(new Set([...directives(NGINX, /^ *(\w.*);$/gm, own), 'nginx.conf']));
  });

  test('gives the defaults that the settings have', () => {
    const rows = rowsBelow('anypod').filter(([name]) => name?.startsWith('ANYPOD_'));
    expect(rows.length).toBeGreaterThan(5);
    for (const [env, preset] of rows) {
      expect({ env, preset }).toEqual({ env, preset: SETTINGS.find((setting) => setting.env === env)?.default });
    }
  });
});

describe('the configurations fit the defaults', () => {
  const drainDelay = byDefault('ANYPOD_DRAIN_DELAY');

  test('a pod that goes is noticed before it refuses connections', () => {
    const check = milliseconds(HAPROXY, /inter (\d+)(ms|s)/);
    expect(check * Number(/fall (\d+)/.exec(HAPROXY)?.[1])).toBeLessThan(drainDelay / 2);
    expect(milliseconds(NGINX, /keepalive \d+;\s+keepalive_timeout (\d+)(s);/)).toBeLessThan(drainDelay);
  });

  test('idle connections are closed before the pods close them', () => {
    const keepAlive = byDefault('ANYPOD_KEEP_ALIVE');
    expect(milliseconds(HAPROXY, /pool-purge-delay (\d+)(s)/)).toBeLessThan(keepAlive / 2);
    expect(milliseconds(NGINX, /keepalive \d+;\s+keepalive_timeout (\d+)(s);/)).toBeLessThan(keepAlive / 2);
  });

  test('several heartbeats fit into every silence that is allowed', () => {
    const silences = [
      milliseconds(HAPROXY, /timeout client (\d+)(h)$/m),
      milliseconds(HAPROXY, /timeout server (\d+)(h)$/m),
      milliseconds(NGINX, /proxy_read_timeout (\d+)(h);/),
      milliseconds(NGINX, /\n +send_timeout (\d+)(h);/),
    ];
    for (const silence of silences) expect(silence).toBeGreaterThan(3 * byDefault('ANYPOD_HEARTBEAT'));
  });
});
