import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { AnypodError } from '../core/errors.ts';
import {
  KEY_NAME_LENGTH,
  PLAIN_KEY,
  plainForm,
  plainTextOf,
  SEAL_MARK,
  type Sealer,
  unreadable,
} from '../core/sealer.ts';

const MIN_KEY_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A nonce is a counter of this many bytes behind zeros. */
const COUNTER_BYTES = 6;
/** A multiple of three bytes, so that its text can be cut off. */
const SALT_BYTES = 18;
const SALT_LENGTH = 24;
const HEAD_LENGTH = SEAL_MARK.length + KEY_NAME_LENGTH;
/** Keys of other pods that are remembered. */
const REMEMBERED = 1000;

/** One key, or plain text in its place. Both methods that open return undefined for what this key did not make. */
interface Ring {
  readonly name: string;
  seal(place: string, text: string): string;
  open(place: string, sealed: string): string | undefined;
  form(place: string, name: string): string;
  nameOf(place: string, form: string): string | undefined;
}

const PLAIN_RING: Ring = {
  name: PLAIN_KEY,
  seal: (_place, text) => plainForm(text),
  open: (_place, sealed) => plainTextOf(sealed),
  form: (_place, name) => plainForm(name),
  nameOf: (_place, form) => plainTextOf(form),
};

/**
 * AES-256-GCM. The place is additional authenticated data. The first of `keys` seals; all open. The key `plain` stands for text as it is. To rotate: append
 * the new key on all pods, then put it first on all pods, then remove the old one when what it sealed is gone. Throws `AnypodError` `invalid_secret` if there
 * is no key or one is shorter than 32 bytes.
 */
export function createSealer(keys: readonly string[]): Sealer {
  const isWrong = (key: string) => key !== PLAIN_KEY && Buffer.byteLength(key) < MIN_KEY_BYTES;
  const [first, ...others] = keys;
  if (first === undefined || keys.some(isWrong)) {
    throw new AnypodError('invalid_secret', `Give at least one payload key, each of ${MIN_KEY_BYTES} bytes or more.`);
  }
  const ringOf = (key: string) => (key === PLAIN_KEY ? PLAIN_RING : createRing(key));
  const writer = ringOf(first);
  const rings = [writer, ...others.map(ringOf)];

  function find(method: 'open' | 'nameOf', key: string, part: string | number, sealed: string): string {
    for (const ring of rings) {
      const text = ring[method](placeOf(key, part), sealed);
      if (text !== undefined) return text;
    }
    const by = sealed.startsWith(SEAL_MARK) ? `sealed by the key ${sealed.slice(1, HEAD_LENGTH)}` : 'plain';
    throw unreadable(`${key} ${part} is ${by}; this pod opens ${rings.map(({ name }) => name).join(' and ')}`);
  }

  return {
    keys: rings.map(({ name }) => name),
    seal: (key, part, text) => writer.seal(placeOf(key, part), text),
    open: (key, part, sealed) => find('open', key, part, sealed),
    forms(key, name) {
      const [form, ...more] = rings.map((ring) => ring.form(placeOf(key, NAME), name));
      return [form ?? '', ...more];
    },
    nameOf: (key, form) => find('nameOf', key, NAME, form),
  };
}

const NAME = 'name';

function placeOf(key: string, part: string | number): string {
  return `${key}\n${part}`;
}

function createRing(secret: string): Ring {
  const derive = (use: string, salt: string | Buffer = '') =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, `anypod:v1:${use}`, 32)));
  const name = Buffer.from(hkdfSync('sha256', secret, '', 'anypod:v1:name', 6)).toString('base64url');
  const head = SEAL_MARK + name;
  return { name, ...createTexts(head, derive), ...createNames(head, derive) };
}

type Derive = (use: string, salt?: string | Buffer) => KeyObject;

/**
 * Texts: `<head><salt><counter, tag, ciphertext>`. Each process seals with a key of its own, which comes from the secret and a random salt. So it can count its
 * nonces, and none is ever used twice, however much the pods write.
 */
function createTexts(head: string, derive: Derive): Pick<Ring, 'seal' | 'open'> {
  const salt = randomBytes(SALT_BYTES).toString('base64url');
  const start = head + salt;
  const others = new Map<string, KeyObject>();
  const keyOf = (of: string) => derive('texts', Buffer.from(of, 'base64url'));
  const own = keyOf(salt);
  let count = 0;

  function keyFor(of: string): KeyObject {
    if (of === salt) return own;
    let key = others.get(of);
    if (key === undefined) {
      key = keyOf(of);
      // Pods come and go, and whoever writes to Redis can invent some.
      if (others.size >= REMEMBERED) others.clear();
      others.set(of, key);
    }
    return key;
  }

  return {
    seal(place, text) {
      count += 1;
      const nonce = Buffer.alloc(NONCE_BYTES);
      nonce.writeUIntBE(count, NONCE_BYTES - COUNTER_BYTES, COUNTER_BYTES);
      return start + encrypt(own, nonce, NONCE_BYTES - COUNTER_BYTES, place, text);
    },
    open(place, sealed) {
      if (!sealed.startsWith(head)) return undefined;
      const end = HEAD_LENGTH + SALT_LENGTH;
      return decrypt(keyFor(sealed.slice(HEAD_LENGTH, end)), COUNTER_BYTES, place, sealed.slice(end));
    },
  };
}

/**
 * Names: `<head><nonce, tag, ciphertext>`. The nonce is a hash of the place and the name, under a key of its own. So a name always has the same form in its
 * place, and another one elsewhere, and no nonce is used for two names.
 */
function createNames(head: string, derive: Derive): Pick<Ring, 'form' | 'nameOf'> {
  const [key, nonces] = [derive('names'), derive('nonces of names')];
  return {
    form(place, name) {
      const nonce = createHmac('sha256', nonces).update(`${place}\n${name}`).digest().subarray(0, NONCE_BYTES);
      return head + encrypt(key, nonce, 0, place, name);
    },
    nameOf(place, form) {
      return form.startsWith(head) ? decrypt(key, NONCE_BYTES, place, form.slice(head.length)) : undefined;
    },
  };
}

/** The nonce from `from` on, the tag and the ciphertext, in base64url. */
function encrypt(key: KeyObject, nonce: Buffer, from: number, place: string, text: string): string {
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(place));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  return Buffer.concat([nonce.subarray(from), cipher.getAuthTag(), body]).toString('base64url');
}

/** Undefined: the key did not make this here. `nonceBytes`: how much of the nonce is in the text; the rest are zeros. */
function decrypt(key: KeyObject, nonceBytes: number, place: string, encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.length < nonceBytes + TAG_BYTES) return undefined;
  const nonce = Buffer.alloc(NONCE_BYTES);
  bytes.copy(nonce, NONCE_BYTES - nonceBytes, 0, nonceBytes);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(nonceBytes + TAG_BYTES));
    decipher.final();
    return text.toString('utf8');
  } catch {
    return undefined;
  }
}
