import type { ServerSdk } from './sdk.ts';

/** Loads the SDK v2 that anypod itself resolves; undefined where it is not installed, and only SDK v1 can be hosted. */
export async function loadSdk(): Promise<ServerSdk | undefined> {
  try {
    return (await import('@modelcontextprotocol/server')) as unknown as ServerSdk;
  } catch {
    return undefined;
  }
}
