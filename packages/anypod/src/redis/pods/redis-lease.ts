import type { PodRegistry } from '../../core/store/pod-registry.ts';
import { STORE_DEFAULTS } from '../../core/store/store.ts';
import type { RedisClient } from '../client/client.ts';
import { createCommands } from '../client/commands.ts';
import { createKeys, KEY_VERSIONS } from '../keys.ts';
import type { Build } from './key-versions.ts';
import { createRedisPodRegistry, keepMsOf } from './pod-registry.ts';

export interface RedisLeaseOptions extends Pick<Build, 'payloadKeys'> {
  /** The beginning of every key. */
  readonly prefix: string;
}

/** What a thread that only holds a lease needs of `createRedisStore`. It loads nothing else, so the thread starts soon and stays small. */
export function createRedisLease(
  client: RedisClient,
  { prefix, payloadKeys }: RedisLeaseOptions,
): Pick<PodRegistry, 'renew'> {
  const keys = createKeys(prefix, KEY_VERSIONS);
  const build = { versions: KEY_VERSIONS, payloadKeys };
  return createRedisPodRegistry(createCommands(client), keys, build, keepMsOf(STORE_DEFAULTS));
}
