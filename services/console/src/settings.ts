import type { Setting } from 'anypod/operate';
import { readAddresses } from 'anypod/operate';
import { z } from 'zod';

/** Short enough to type, and too long to guess: the console does not lock anybody out. */
const LEAST_PASSWORD = 16;
const password = z.string().min(LEAST_PASSWORD, `must have ${LEAST_PASSWORD} characters or more`);

/** The settings of the console, beside those that say how to reach Redis. `docs/console.md` is checked against them. */
export const CONSOLE_SETTINGS: readonly Setting[] = [
  {
    name: 'port',
    flag: '--port',
    env: 'ANYPOD_CONSOLE_PORT',
    default: '8080',
    description: 'TCP port of the console. 0 picks a free port.',
    schema: z.coerce
      .number({ error: 'must be a port number' })
      .int('must be a whole number')
      .min(0, 'must be 0 or more')
      .max(65535, 'must be 65535 or less'),
  },
  {
    name: 'host',
    flag: '--host',
    env: 'HOST',
    default: '127.0.0.1',
    description: 'Address to listen on. In a container, use :: for all addresses.',
    schema: z.string().min(1, 'must not be empty'),
  },
  {
    name: 'pods',
    flag: '--pods',
    env: 'ANYPOD_CONSOLE_PODS',
    default: '',
    description:
      'Where the pods serve their metrics: a name that resolves to all of them, or several addresses, separated by commas, each with its port. Without it, the console shows what Redis knows of pods, and no charts.',
    schema: z
      .string()
      .transform((text) => readAddresses(text))
      .refine((found) => found !== undefined, 'must be host:port, or several of them, separated by commas'),
  },
  {
    name: 'password',
    flag: '--password',
    env: 'ANYPOD_CONSOLE_PASSWORD',
    default: '',
    description: 'Password of those who may look, of 16 characters or more.',
    fromFile: true,
    schema: password,
  },
  {
    name: 'operatorPassword',
    flag: '--operator-password',
    env: 'ANYPOD_CONSOLE_OPERATOR_PASSWORD',
    default: '',
    description: 'Password of those who may also end sessions and cancel tasks. Without it, nobody may.',
    fromFile: true,
    schema: password,
  },
  {
    name: 'operatorRedisUsername',
    flag: '--operator-redis-username',
    env: 'ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME',
    default: '',
    description:
      'User name for Redis with which the console ends sessions and cancels tasks. Without it, the one with which it looks.',
    fromFile: true,
    schema: z.string(),
  },
  {
    name: 'operatorRedisPassword',
    flag: '--operator-redis-password',
    env: 'ANYPOD_CONSOLE_OPERATOR_REDIS_PASSWORD',
    default: '',
    description: 'Password of that user.',
    fromFile: true,
    schema: z.string(),
  },
];
