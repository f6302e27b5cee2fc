import { refuseResponsesQuickly } from '../internals/quick-refusals.ts';
import { noteOwnHandlers } from '../internals/registered-tools.ts';
import type { ServerSdk } from './sdk.ts';

/** Loads the SDK v2 that anypod itself resolves; undefined where it is not installed, and only SDK v1 can be hosted. */
export async function loadSdk(): Promise<ServerSdk | undefined> {
  try {
    return (await import('@modelcontextprotocol/server')) as unknown as ServerSdk;
  } catch {
    return undefined;
  }
}

/** Readies a copy of the SDK, before servers are made of it, for what makes it cheap to serve with. Once or more often is all the same. */
export function prepareSdk(sdk: ServerSdk | undefined): ServerSdk | undefined {
  if (sdk === undefined) return undefined;
  noteOwnHandlers(sdk);
  refuseResponsesQuickly(sdk);
  return sdk;
}
