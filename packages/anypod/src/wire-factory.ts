import { AnypodError } from './core/errors.ts';
import { describeThrown } from './core/json/describe-thrown.ts';
import type { Meter } from './core/meter.ts';
import { type BuildServer, createServerBuilder } from './mcp/sdk/build-server.ts';
import { type Probe, type ProbeLength, probeFactory } from './mcp/sdk/probe.ts';
import type { ServerSdk } from './mcp/sdk/sdk.ts';
import type { ServerFactory } from './mcp/sdk/user-server.ts';

interface FactorySettings {
  readonly createServer: ServerFactory;
  readonly factoryTimeoutMs: number;
  /** What is known of this factory already, or how thoroughly to look. */
  readonly probe?: Probe | ProbeLength;
}

/** Looks at what the user's factory builds, before the pod serves. `withContext` adds what factories get. `meter` learns the tools. Rejects with `AnypodError` `factory_failed`. */
export async function lookAtFactory(
  settings: FactorySettings,
  withContext: (build: BuildServer) => BuildServer,
  sdk: ServerSdk | undefined,
  meter: Meter,
): Promise<{ readonly build: BuildServer; readonly probe: Probe }> {
  const { createServer, factoryTimeoutMs, probe } = settings;
  const build = withContext(createServerBuilder(createServer, factoryTimeoutMs));
  const known = typeof probe === 'object';
  const found = known ? probe : await probeFactory(build, sdk, factoryTimeoutMs, probe).catch(explain);
  meter.toolsKnown(found.tools ?? []);
  return { build, probe: found };
}

/** The operator who starts a pod may read what the factory threw; clients may not. */
function explain(failure: unknown): never {
  if (failure instanceof AnypodError && !('cause' in failure)) throw failure;
  // Code can also throw undefined.
  const cause = failure instanceof AnypodError ? failure.cause : failure;
  throw new AnypodError('factory_failed', `The server factory failed: ${describeThrown(cause)}`, { cause });
}
