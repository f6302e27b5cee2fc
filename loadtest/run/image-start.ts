import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { freePort } from '../../test/lib/free-port.ts';
import type { Finding, Study } from './finding.ts';
import { percentile } from './percentiles.ts';
import { untilReady } from './until-ready.ts';

const IMAGE = 'anypod:dev';
const STARTS = { smoke: 3, other: 10 };

const docker = (...args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();

/**
 * From `docker run` of the image that `make image` builds to ready, with its files in the page cache and without; and the same for a container that does
 * nothing. Needs a container engine, and root, so only where it is asked for.
 */
export const imageStart: Study = async ({ profile }) => {
  const starts = profile === 'smoke' ? STARTS.smoke : STARTS.other;
  return [
    found('a container that runs Node and ends', await times(starts, nothing)),
    found('the image, to ready', await times(starts, start)),
    found('the image, to ready, its files not in memory', await times(starts, () => start(dropCaches))),
  ];
};

async function times(starts: number, take: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < starts; index += 1) taken.push(await take());
  return taken;
}

async function nothing(): Promise<number> {
  const began = performance.now();
  docker('run', '--rm', '--entrypoint', 'node', IMAGE, '-e', '0');
  return performance.now() - began;
}

async function start(prepare: () => void = () => undefined): Promise<number> {
  const port = await freePort();
  prepare();
  const began = performance.now();
  const container = docker('run', '--detach', '--network', 'host', '--env', `PORT=${port}`, IMAGE);
  try {
    // To ask the engine whether it still runs would take longer than between two looks.
    await untilReady(
      port,
      () => true,
      () => docker('logs', container),
    );
    return performance.now() - began;
  } finally {
    docker('rm', '--force', container);
  }
}

function dropCaches(): void {
  execFileSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}

function found(subject: string, taken: readonly number[]): Finding {
  const values = { 'median ms': percentile(taken, 0.5), 'slowest ms': Math.max(...taken), starts: taken.length };
  return { study: 'image', subject, values, promises: [] };
}
