import { describe, expect, it } from 'vitest';
import { createSigner } from '../signing/signer.ts';
import { createRequestState } from './request-state.ts';

const secret = 'a secret of at least thirty-two bytes';
const other = 'another secret of thirty-two bytes and more';

describe('request state', () => {
  let now = 1000;
  const state = createRequestState(createSigner([secret]), 500, () => now);

  it.each(['{"step":1}', '', 'with.dots.and ünïcode', 'a1.9.x.y'])('comes back as it was: %j', (text) => {
    expect(state.open(state.seal(text, 'ann'), 'ann')).toBe(text);
  });

  it('is bound to who may echo it', () => {
    expect(state.open(state.seal('text', 'ann'), 'bob')).toBeUndefined();
  });

  it('cannot be changed, in text or in time', () => {
    const sealed = state.seal('step 1', 'ann');
    expect(state.open(sealed.replace('step 1', 'step 2'), 'ann')).toBeUndefined();
    expect(state.open(sealed.replace('1500', '9500'), 'ann')).toBeUndefined();
    expect(state.open('step 1', 'ann')).toBeUndefined();
    expect(state.open('', 'ann')).toBeUndefined();
  });

  it('expires', () => {
    const sealed = state.seal('text', 'ann');
    now += 501;
    expect(state.open(sealed, 'ann')).toBeUndefined();
  });

  it('is opened with every secret and sealed with the first', () => {
    const rotated = createRequestState(createSigner([other, secret]), 500, () => now);
    expect(rotated.open(state.seal('text', 'ann'), 'ann')).toBe('text');
    expect(state.open(rotated.seal('text', 'ann'), 'ann')).toBeUndefined();
  });
});
