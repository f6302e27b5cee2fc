import type { AuthInfo, Caller } from '../../core/caller.ts';
import type { Gate } from '../../core/gate.ts';
import { reconnectDelay } from '../../pod/streams/reconnect-delay.ts';
import type { TokenEnd } from '../request/ends-with-token.ts';
import type { Incoming } from '../request/incoming.ts';

/** Verifies the caller's token. Nothing behind it sees the token, unless the gate gives it to the server. Throws or rejects with `Denied`. */
export async function admit(incoming: Incoming, gate: Gate): Promise<Incoming> {
  const admitted = gate.admit(incoming);
  const authInfo = admitted instanceof Promise ? await admitted : admitted;
  const { headers } = incoming.caller;
  const kept = authInfo.token === '' ? withoutCredentials(headers) : headers;
  return incoming.as({ ...incoming.caller, headers: kept, authInfo });
}

function withoutCredentials({ authorization: _, dpop: _proof, ...headers }: Caller['headers']): Caller['headers'] {
  return headers;
}

/** When the streams of this caller must end. Undefined: the token does not say when it expires. */
export function tokenEndOf({ expiresAt }: AuthInfo, retryMs: number): TokenEnd | undefined {
  return typeof expiresAt === 'number' ? { at: expiresAt * 1000, retryMs: reconnectDelay(retryMs) } : undefined;
}
