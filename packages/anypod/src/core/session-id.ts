import { FIRST_KEY_VERSION } from './key-versions.ts';
import type { RandomId, Signer } from './signer.ts';

const CODE_LENGTH = 22;
const FORM = /^(v\d{1,4}\.)?[\w-]{44}$/;

/**
 * Makes a session id in visible ASCII, which MCP requires (2025-11-25, Session Management): the key version that the session lives in (unless it is
 * the first one), 128 random bits, and the code of both.
 */
export function createSessionId(signer: Signer, random: RandomId, version: string = FIRST_KEY_VERSION): string {
  const id = (version === FIRST_KEY_VERSION ? '' : `${version}.`) + random();
  return id + signer.sign('session', id);
}

/** Whether this deployment made the id. A forged id is refused here, without asking the store. */
export function isSessionId(signer: Signer, id: string): boolean {
  if (!FORM.test(id)) return false;
  return signer.verify('session', id.slice(0, -CODE_LENGTH), id.slice(-CODE_LENGTH));
}
