import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createHmacSha256 } from './hmac.ts';

const texts = [
  '',
  'a',
  'Hi There',
  'x'.repeat(55),
  'x'.repeat(64),
  'x'.repeat(1000),
  'Größe 茶碗 🍮',
  '\u0000',
  '\ud800',
];

it.each([0, 1, 20, 32, 63, 64])('is the HMAC of Node, with a key of %i bytes', (length) => {
  for (let round = 0; round < 20; round += 1) {
    const key = randomBytes(length);
    const hmac = createHmacSha256(key);
    for (const text of texts) {
      expect(hmac(text)).toEqual(createHmac('sha256', key).update(text).digest());
    }
  }
});

it('is that of RFC 4231', () => {
  const hmac = createHmacSha256(Buffer.alloc(20, 0x0b));
  expect(hmac('Hi There').toString('hex')).toBe('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
});

it('gives each code its own bytes', () => {
  const hmac = createHmacSha256(randomBytes(32));
  const [first, again] = [hmac('a'), hmac('a')];
  hmac('b');
  expect(first).toEqual(again);
});

it('refuses a key that it would have to hash first', () => {
  expect(() => createHmacSha256(randomBytes(65))).toThrow(RangeError);
});
