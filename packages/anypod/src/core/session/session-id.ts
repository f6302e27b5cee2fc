import type { RandomId, Signer } from '../signer.ts';
import { FIRST_KEY_VERSION } from '../store/key-versions.ts';

const CODE_LENGTH = 22;
const FORM = /^(v\d{1,4}\.)?[\w-]{44}$/;

/** What the code of an id covers. An id of a principal is worthless to any other caller, whether or not the session exists. */
function covered(id: string, principal: string | undefined): string {
  return principal === undefined ? id : `${id}\n${principal}`;
}

/**
 * Makes a session id in visible ASCII, which MCP requires (2025-11-25, Session Management): the key version that the session lives in (unless it is
 * the first one), 128 random bits, and the code of both. With `principal`, the code covers it too.
 */
export function createSessionId(
  signer: Signer,
  random: RandomId,
  version: string = FIRST_KEY_VERSION,
  principal?: string,
): string {
  const id = (version === FIRST_KEY_VERSION ? '' : `${version}.`) + random();
  return id + signer.sign('session', covered(id, principal));
}

/**
 * Whether this deployment made the id, for this principal or for none. Forged and foreign ids are refused here, without asking the store, so they take the same time.
 */
export function isSessionId(signer: Signer, id: string, principal?: string): boolean {
  if (!FORM.test(id)) return false;
  const [text, code] = [id.slice(0, -CODE_LENGTH), id.slice(-CODE_LENGTH)];
  if (principal !== undefined && signer.verify('session', covered(text, principal), code)) return true;
  return signer.verify('session', text, code);
}
