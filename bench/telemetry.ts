/**
 * What OpenTelemetry costs: CPU of a `tools/call` on a pod without it, with metrics, and with metrics and 1% of the traces sent to a collector, side by side.
 * The promise is 10% at most for all of it.
 *
 *   node bench/telemetry.ts [--rounds 5] [--seconds 1]
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Kind } from './kinds.ts';
import { startBenchRedis } from './redis.ts';
import { summarize } from './report.ts';
import { pinLoad, runRounds } from './rounds.ts';
import { onNode, serverPath } from './subject.ts';
import { floorOf, subject } from './suites.ts';

const MOST = 1.1;
const SERVICE = join(import.meta.dirname, '../services/mcp-server/dist/main.js');

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
});
const length = { rounds: Number(options.rounds), milliseconds: Number(options.seconds) * 1000 };
pinLoad();

/** A collector that keeps nothing. */
const sink = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
}).listen(0, '127.0.0.1');
await once(sink, 'listening');

function service(name: string, era: Kind['era'], metrics: boolean, env: Readonly<Record<string, string>> = {}): Kind {
  return {
    name,
    era,
    env,
    command: (port, redisUrl) => {
      const args = ['--port', `${port}`, '--redis', redisUrl, '--metrics-port', metrics ? `${port + 1}` : '0'];
      return onNode(SERVICE, 'serve', serverPath('anypod-module'), ...args, '--log-format', 'pretty');
    },
  };
}

const traced = {
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
  ANYPOD_TRACE_SAMPLING: '0.01',
};
const redis = await startBenchRedis();
try {
  for (const era of ['legacy', 'modern'] as const) {
    const kinds = [
      service('nothing', era, false),
      service('metrics', era, true),
      service('metrics, and 1% of traces', era, true, traced),
    ];
    const rows = summarize(
      await runRounds([floorOf('call'), ...kinds.map((kind) => subject(kind, 'call', 1))], redis, length),
    );
    const [, off] = rows;
    for (const { name, cpuMicros } of rows.slice(1)) {
      const ratio = cpuMicros / (off?.cpuMicros ?? Number.NaN);
      const verdict = ratio > MOST ? `, more than ${MOST}` : '';
      console.log(
        `telemetry, ${era}: ${name}: ${cpuMicros.toFixed(0)} µs of CPU, ${ratio.toFixed(2)} × nothing${verdict}`,
      );
    }
  }
} finally {
  sink.close();
  await redis.stop();
}
