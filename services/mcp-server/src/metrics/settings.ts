import type { Setting } from 'anypod/cli';
import { z } from 'zod';

/** The settings of the service; `docs/configuration.md` is checked against them. */
export const METRICS_SETTINGS: readonly Setting[] = [
  {
    name: 'metricsPort',
    flag: '--metrics-port',
    env: 'ANYPOD_METRICS_PORT',
    default: '9464',
    description: 'TCP port of /metrics. 0 turns metrics off.',
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
];
