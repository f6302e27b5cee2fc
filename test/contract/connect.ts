import { createRedisStore } from 'anypod/redis';

// biome-ignore lint/style/noRestrictedImports: what serve connects with is private, and is what these tests are about.
import { connectRedis, type RedisSettings } from '../../packages/anypod/src/serve/store/redis-connection.ts';

// biome-ignore lint/style/noRestrictedImports: what serve tries at its start is private, and is what these tests are about.
export { checkAccess } from '../../packages/anypod/src/redis/access.ts';

/** A store on the connection that `anypod serve` would make. */
export interface Connected {
  readonly client: Awaited<ReturnType<typeof connectRedis>>;
  readonly store: ReturnType<typeof createRedisStore>;
  /** What was logged as a warning. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export async function connect(settings: RedisSettings): Promise<Connected> {
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (_fields: unknown, message: string) => void warnings.push(message) };
  const client = await connectRedis(settings, log);
  const store = createRedisStore(client);
  return {
    client,
    store,
    warnings,
    async close() {
      await store.close();
      client.disconnect();
    },
  };
}

/** The code of what `attempt` rejects with, or `resolved`; `hangs` after five seconds, where a pod is to know after two. */
export async function codeOf(attempt: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise((resolve) => {
    timer = setTimeout(resolve, 5000, 'hangs');
  });
  const settled = attempt.then(
    () => 'resolved',
    (error: { code?: unknown }) => error.code ?? error,
  );
  return Promise.race([settled, hangs]).finally(() => clearTimeout(timer));
}
