import { expect, it } from 'vitest';
import { createOwnIds } from './own-ids.ts';

it('knows an id only in the hands of the principal to whom it was served, and not for ever', () => {
  const own = createOwnIds();
  own.add('id', '["issuer","ann",""]');
  expect(own.has('id', '["issuer","ann",""]')).toBe(true);
  expect(own.has('id', '["issuer","eve",""]')).toBe(false);
  expect(own.has('other', '["issuer","ann",""]')).toBe(false);
  for (let each = 0; each < 10_000; each += 1) own.add(`${each}`, '["issuer","eve",""]');
  expect(own.has('id', '["issuer","ann",""]')).toBe(false);
});
