/**
 * Four pods in one process, which differ in their telemetry alone: nothing, metrics, 1% of the traces, all traces. They listen on the `PORTS`, in this order. A pod
 * keeps the OpenTelemetry SDK that is registered when it starts.
 */
import { createServer } from 'node:http';
import { metrics, trace } from '@opentelemetry/api';
import { createAnypod } from 'anypod';
import { startTelemetry } from '../../services/mcp-server/src/telemetry/start-telemetry.ts';
import createUserServer from './anypod-module.ts';

const { PORTS = '', REUSE, OTLP = '' } = process.env;

/** Below the ports that the system gives away. */
const metricsPort = (port: number) => 10_000 + (port % 20_000);

async function register(port: number, more: { readonly otlpEndpoint?: string; readonly traceSampling: number }) {
  metrics.disable();
  trace.disable();
  await startTelemetry({ host: '127.0.0.1', port, metricsPort: metricsPort(port), ...more });
}

const ways = [
  async () => undefined,
  (port: number) => register(port, { traceSampling: 0 }),
  (port: number) => register(port, { otlpEndpoint: OTLP, traceSampling: 0.01 }),
  (port: number) => register(port, { otlpEndpoint: OTLP, traceSampling: 1 }),
];
for (const [index, port] of PORTS.split(',').map(Number).entries()) {
  await ways[index]?.(port);
  const pod = await createAnypod({ createServer: createUserServer, ...(REUSE === 'all' && { reuse: 'all' }) });
  createServer((request, response) => {
    if (request.url === '/readyz') response.end();
    else pod.handler(request, response);
  }).listen(port, '127.0.0.1');
}
