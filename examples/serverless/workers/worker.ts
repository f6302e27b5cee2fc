import { createRedisStore } from 'anypod/redis';
import { createWorkers, type ObjectNamespace } from 'anypod/workers';
import { Redis } from 'ioredis';
import createServer from '../server.ts';

interface Env {
  readonly REDIS_URL: string;
  readonly ANYPOD_SECRET: string;
  readonly PODS: ObjectNamespace;
}

/** A connection belongs to the request or object that opened it. So each opens its own. */
function openStore({ REDIS_URL }: Env) {
  const redis = new Redis(REDIS_URL, { connectTimeout: 2000, maxRetriesPerRequest: 2 });
  redis.on('error', (error) => console.error('redis:', error.message));
  const store = createRedisStore(redis);
  const close = () => store.close().finally(() => redis.disconnect());
  return { ...store, close };
}

const { worker, Pods } = createWorkers<Env>({
  options: (env) => ({ createServer, secrets: env.ANYPOD_SECRET.split(','), openStore: () => openStore(env) }),
  pods: (env) => env.PODS,
});

export default worker;
export { Pods };
