import { refuseResponsesQuickly } from '../internals/quick-refusals.ts';
import { noteOwnHandlers } from '../internals/registered-tools.ts';
import type { ServerSdk } from './sdk.ts';

/** Loads the SDK v2 that anypod itself resolves. Undefined: it is not installed, so anypod can host only servers of SDK v1. */
export async function loadSdk(): Promise<ServerSdk | undefined> {
  try {
    return (await import('@modelcontextprotocol/server')) as unknown as ServerSdk;
  } catch {
    return undefined;
  }
}

/** Prepares a copy of the SDK so that its servers cost less. Must be called before servers are made with it. A second call changes nothing. */
export function prepareSdk(sdk: ServerSdk | undefined): ServerSdk | undefined {
  if (sdk === undefined) return undefined;
  noteOwnHandlers(sdk);
  refuseResponsesQuickly(sdk);
  return sdk;
}
