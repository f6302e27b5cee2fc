/**
 * What OpenTelemetry costs: CPU of a `tools/call` on a pod without it, with metrics, and with metrics and a share of the traces sent to a collector. The pods are in one
 * process and take turns in short rounds, so what else runs on the machine slows all alike. The promise is 10% at most, with 1% of the traces.
 *
 *   node bench/telemetry.ts [--rounds 500] [--requests 400] [--only session]
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { startChild } from '../test/lib/child.ts';
import { freePort } from '../test/lib/free-port.ts';
import { waitUntilReady } from '../test/lib/wait-until-ready.ts';
import { cpuTime } from './cpu-time.ts';
import { type Era, type Load, openLoad } from './load.ts';
import { leastTenth, median } from './median.ts';
import { pinLoad } from './rounds.ts';
import { serverPath } from './subject.ts';

const MOST = 1.1;
const CONNECTIONS = 16;
const WARM_UP = 3000;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    requests: { type: 'string', default: '400' },
    only: { type: 'string', default: '' },
  },
});
const [rounds, requests] = [Number(options.rounds), Number(options.requests)];
pinLoad();

/** What is on, in the order of `servers/telemetry-pods.ts`. The first one is the measure of the others. */
const WAYS = ['off', 'metrics', '1% of traces', 'all traces'] as const;
const PROMISED = '1% of traces';

interface Path {
  readonly name: string;
  readonly era: Era;
  readonly env: Readonly<Record<string, string>>;
}

const PATHS: readonly Path[] = [
  { name: 'a call of a session', era: 'legacy', env: {} },
  { name: 'a call of 2026-07-28', era: 'modern', env: {} },
  { name: 'a call of 2026-07-28 with reuse', era: 'modern', env: { REUSE: 'all' } },
];

/** A collector that keeps nothing. */
const sink = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const OTLP = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;

/** µs of CPU per request, of each round of each way. */
async function measure({ era, env }: Path): Promise<readonly number[][]> {
  const ports = await Promise.all(WAYS.map(() => freePort()));
  const command = ['--cpu-list', '0', process.execPath, serverPath('telemetry-pods')];
  const child = startChild('taskset', command, {
    env: { ...process.env, TOOLS: '1', OTLP, PORTS: `${ports}`, ...env },
  });
  try {
    const last = `http://127.0.0.1:${ports.at(-1)}`;
    await waitUntilReady(child, async () => (await fetch(`${last}/readyz`)).ok, { name: 'the pods' });
    const loads = await Promise.all(
      ports.map((port) => openLoad(`http://127.0.0.1:${port}`, era, 'call', CONNECTIONS)),
    );
    const run = (load: Load, limit: number) => load.run({ milliseconds: 60_000, limit });
    for (const load of loads) await run(load, WARM_UP);
    const all: number[][] = WAYS.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      // Each round begins with another one: the one after a pause pays for it.
      for (let turn = 0; turn < WAYS.length; turn += 1) {
        const way = (round + turn) % WAYS.length;
        const before = cpuTime(child.pid);
        const { length } = await run(loads[way] as Load, requests);
        all[way]?.push((cpuTime(child.pid) - before) / length);
      }
    }
    await Promise.all(loads.map((load) => load.close()));
    return all;
  } finally {
    await child.stop(0);
  }
}

try {
  for (const path of PATHS.filter(({ name }) => name.includes(options.only))) {
    const [off = [], ...others] = await measure(path);
    console.log(`telemetry, ${path.name}, off: ${leastTenth(off).toFixed(1)} µs of CPU`);
    for (const [index, on] of others.entries()) {
      const name = WAYS[index + 1];
      const beside = median(on.map((micros, round) => micros / (off[round] ?? Number.NaN)));
      const ratio = leastTenth(on) / leastTenth(off);
      const verdict = name === PROMISED && ratio > MOST ? `, more than ${MOST}` : '';
      const figures = `${leastTenth(on).toFixed(1)} µs, ${ratio.toFixed(3)} times off (round by round ${beside.toFixed(3)})`;
      console.log(`telemetry, ${path.name}, ${name}: ${figures}${verdict}`);
    }
  }
} finally {
  sink.close();
}
