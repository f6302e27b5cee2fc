import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerSdk } from '../mcp/sdk/sdk.ts';

const SDK = '@modelcontextprotocol/server';
const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

/** The file that an `import` would load, by the conditions in a package's `exports`. */
function targetOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  for (const condition of CONDITIONS) {
    const target = targetOf((entry as Record<string, unknown>)[condition]);
    if (target !== undefined) return target;
  }
  return undefined;
}

/**
 * Loads the SDK v2 that `moduleUrl` itself would import. The SDK recognises its own servers by `instanceof`, so only the copy that makes them can
 * serve them. Undefined: the module resolves none.
 */
export async function loadSdkOf(moduleUrl: string): Promise<ServerSdk | undefined> {
  let manifestPath: string | undefined;
  try {
    manifestPath = findPackageJSON(SDK, moduleUrl);
  } catch {
    return undefined;
  }
  if (manifestPath === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { exports?: Record<string, unknown> };
  const target = targetOf(exports?.['.']);
  if (target === undefined) return undefined;
  return (await import(pathToFileURL(join(dirname(manifestPath), target)).href)) as ServerSdk;
}
