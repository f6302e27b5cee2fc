import type { ValueCase } from '../value-case.ts';
import { auth } from './auth.ts';
import { blueGreen } from './blue-green.ts';
import { config, limits } from './config.ts';
import { console } from './console.ts';
import { externalRedis } from './external-redis.ts';
import { names } from './names.ts';
import { network } from './network.ts';
import { observing } from './observing.ts';
import { pods } from './pods.ts';
import { redis } from './redis.ts';
import { scaling } from './scaling.ts';
import { server } from './server.ts';

/** Every value of the chart, with what it changes. */
export const CASES: readonly ValueCase[] = [
  ...names,
  ...server,
  ...config,
  ...limits,
  ...auth,
  ...redis,
  ...externalRedis,
  ...pods,
  ...scaling,
  ...blueGreen,
  ...network,
  ...observing,
  ...console,
];
