import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createLog, formatFor, openInspection, UsageError } from 'anypod/operate';
import { createAccess } from './access/access.ts';
import { createConsole } from './app.ts';
import { CONSOLE_HELP, type ConsoleConfig, readConsoleConfig } from './config.ts';
import { watchPods } from './metrics/watch-pods.ts';

/** `anypod console`: serves until the process is told to stop, and resolves to the exit code. Throws `UsageError`. */
export async function runConsole(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${CONSOLE_HELP}\n`);
    return 0;
  }
  const config = readConsoleConfig(argv);
  const log = createLog('info', formatFor(undefined, process.stdout), process.stderr);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const { password, operatorPassword } = config;
  const access = createAccess({
    ...(password !== undefined && { viewer: password }),
    ...(operatorPassword !== undefined && { operator: operatorPassword }),
  });
  const looking = await openInspection(config);
  const acting = hasSecondUser(config) ? await openInspection(asOperator(config)) : looking;
  const watch = watchPods(config.pods, stopping.signal);
  const app = createConsole({ access, looking, acting, watch, log });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  try {
    const { address, port } = await listen(server, config);
    log.info({ url: `http://${address.includes(':') ? `[${address}]` : address}:${port}/` }, 'the console serves');
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  } finally {
    stopping.abort();
    server.close();
    server.closeAllConnections();
    await Promise.all([looking.close(), acting === looking ? undefined : acting.close()]);
  }
  return 0;
}

async function listen(server: Server, { port, host }: ConsoleConfig): Promise<AddressInfo> {
  try {
    // Without a host, Node listens on `::`, which takes IPv4 too, or on `0.0.0.0` if the kernel has no IPv6.
    server.listen({ port, ...(host !== '::' && { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw new UsageError('console', [
      `ANYPOD_CONSOLE_PORT: ${host}:${port} cannot be used: ${(error as Error).message}`,
    ]);
  }
  return server.address() as AddressInfo;
}

function hasSecondUser({ operatorRedisUsername, operatorRedisPassword }: ConsoleConfig): boolean {
  return operatorRedisUsername !== undefined || operatorRedisPassword !== undefined;
}

/** The same Redis, with the user that may also write. */
function asOperator(config: ConsoleConfig): ConsoleConfig {
  const { operatorRedisUsername: redisUsername, operatorRedisPassword: redisPassword } = config;
  return {
    ...config,
    ...(redisUsername !== undefined && { redisUsername }),
    ...(redisPassword !== undefined && { redisPassword }),
  };
}
