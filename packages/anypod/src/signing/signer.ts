import { createHash, createHmac, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import { AnypodError } from '../core/errors.ts';
import type { RandomId, Signer } from '../core/signer.ts';
import { createHmacSha256 } from './hmac.ts';

const MIN_SECRET_BYTES = 32;
const CODE_BYTES = 16;
const CODE_LENGTH = 22;

const ID_BYTES = 16;
/** As many as Node keeps ready for `randomUUID`. */
const IDS_AT_ONCE = 128;

/** 128 bits from the system's random generator. The text begins with no hyphen, because commands would take it for a flag. */
export const randomId: RandomId = () => {
  const id = randomBytes(ID_BYTES).toString('base64url');
  return id.startsWith('-') ? randomId() : id;
};

/** Makes such ids, and asks for the bytes of many at once: the call costs twenty times as much as the rest of an id. */
export function createRandomId(): RandomId {
  const pool = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  let used = pool.length;
  return function next(): string {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString('base64url', used, used + ID_BYTES);
    used += ID_BYTES;
    return id.startsWith('-') ? next() : id;
  };
}

/** A name for a secret or private text, for logs and traces: 96 bits of its SHA-256, the same everywhere. Not for text that can be guessed. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/**
 * HMAC-SHA256 cut to 128 bits. Each secret and purpose has its own key, so a code for one purpose is worthless for another. The first secret signs;
 * all secrets verify. To rotate: append the new secret on all pods, then put it first on all pods, then remove the old one. Throws `AnypodError`
 * `invalid_secret` if there is no secret or one is shorter than 32 bytes.
 */
export function createSigner(secrets: readonly string[]): Signer {
  const [first, ...others] = secrets;
  if (first === undefined || secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)) {
    throw new AnypodError('invalid_secret', `Give at least one secret, each of ${MIN_SECRET_BYTES} bytes or more.`);
  }
  const hmacs = new Map<string, (text: string) => Buffer>();

  function hmacOf(secret: string, purpose: string): (text: string) => Buffer {
    const name = `${purpose}\n${secret}`;
    let hmac = hmacs.get(name);
    if (hmac === undefined) {
      hmac = createHmacSha256(createHmac('sha256', secret).update(`anypod:v1:${purpose}`).digest());
      hmacs.set(name, hmac);
    }
    return hmac;
  }

  const codeOf = (secret: string, purpose: string, text: string) =>
    hmacOf(secret, purpose)(text).toString('base64url', 0, CODE_BYTES);

  return {
    sign: (purpose, text) => codeOf(first, purpose, text),
    verify(purpose, text, code) {
      // Compare codes as text: several texts of 22 characters decode to the same 16 bytes.
      const presented = Buffer.from(code);
      if (presented.length !== CODE_LENGTH) return false;
      const matches = (secret: string) => timingSafeEqual(presented, Buffer.from(codeOf(secret, purpose, text)));
      return matches(first) || others.some(matches);
    },
  };
}
