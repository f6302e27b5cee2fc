import { expect, it } from 'vitest';
import { slotOf } from './slot.ts';

it.each([
  ['123456789', 0x31c3],
  ['foo', 12_182],
  ['anypod:v1:session:{foo}:stream:x', 12_182],
  ['{foo}{bar}', 12_182],
  ['', 0],
])('knows the slot of %j as CLUSTER KEYSLOT does', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

it('hashes the whole key where the tag is empty or open', () => {
  expect(new Set(['{}foo', 'foo{', '}foo{'].map(slotOf))).not.toContain(12_182);
});
