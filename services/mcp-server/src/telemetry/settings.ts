import type { Setting } from 'anypod/cli';
import { z } from 'zod';

/** The settings of the service; `make reference` makes their table in `docs/configuration.md`. */
export const TELEMETRY_SETTINGS: readonly Setting[] = [
  {
    name: 'metricsPort',
    flag: '--metrics-port',
    env: 'ANYPOD_METRICS_PORT',
    default: '9464',
    description: 'TCP port of /metrics. 0 turns it off.',
    schema: z.coerce
      .number({ error: 'must be a port number' })
      .int('must be a whole number')
      .min(0, 'must be 0 or more')
      .max(65535, 'must be 65535 or less'),
  },
  {
    name: 'metricsHost',
    flag: '--metrics-host',
    env: 'ANYPOD_METRICS_HOST',
    default: '',
    description: 'Address of /metrics. Without it, the address of --host.',
    schema: z.string().min(1, 'must not be empty'),
  },
  {
    name: 'otlpEndpoint',
    flag: '--otlp-endpoint',
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '',
    description:
      'URL of an OpenTelemetry collector that takes OTLP over HTTP (port 4318). The pod sends its traces and metrics there. Without it, it traces nothing.',
    schema: z.url({ protocol: /^https?$/, error: 'must be a URL, such as http://collector:4318' }),
  },
  {
    name: 'traceSampling',
    flag: '--trace-sampling',
    env: 'ANYPOD_TRACE_SAMPLING',
    default: '0.01',
    description:
      'Share of the traces that begin here and are recorded, from 0 to 1. A client that begins the trace decides itself.',
    schema: z.coerce.number({ error: 'must be a number' }).min(0, 'must be 0 or more').max(1, 'must be 1 or less'),
  },
];
