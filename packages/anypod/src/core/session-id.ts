import type { RandomId, Signer } from './signer.ts';

const RANDOM_LENGTH = 22;
const ID_LENGTH = 2 * RANDOM_LENGTH;

/** A new session id: 128 random bits and their code, in visible ASCII as MCP asks (2025-11-25, Session Management). */
export function createSessionId(signer: Signer, random: RandomId): string {
  const id = random();
  return id + signer.sign('session', id);
}

/** Whether we made this id; a forged one is refused here, at no cost to the store. */
export function isSessionId(signer: Signer, id: string): boolean {
  if (id.length !== ID_LENGTH) return false;
  return signer.verify('session', id.slice(0, RANDOM_LENGTH), id.slice(RANDOM_LENGTH));
}
