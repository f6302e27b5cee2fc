import { describe, expect, it } from 'vitest';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createRequestState } from './request-state.ts';

const secret = 'a secret of at least thirty-two bytes';
const other = 'another secret of thirty-two bytes and more';

describe('request state', () => {
  let now = 1000;
  const state = createRequestState(createSigner([secret]), 500, randomId, () => now);

  it.each(['{"step":1}', '', 'with.dots.and ünïcode', 'a1.9.x.y'])('comes back as it was: %j', (text) => {
    expect(state.open(state.seal(text, 'ann', false), 'ann')).toEqual({ state: text });
  });

  it('is bound to who may echo it', () => {
    expect(state.open(state.seal('text', 'ann', false), 'bob')).toBeUndefined();
  });

  it('cannot be changed, in text or in time', () => {
    const sealed = state.seal('step 1', 'ann', false);
    expect(state.open(sealed.replace('step 1', 'step 2'), 'ann')).toBeUndefined();
    expect(state.open(sealed.replace('1500', '9500'), 'ann')).toBeUndefined();
    expect(state.open('step 1', 'ann')).toBeUndefined();
    expect(state.open('', 'ann')).toBeUndefined();
  });

  it('expires', () => {
    const sealed = state.seal('text', 'ann', false);
    now += 501;
    expect(state.open(sealed, 'ann')).toBeUndefined();
  });

  it('says whether it is good for one use, each by a name of its own', () => {
    const [one, two] = [state.seal('a.b', 'ann', true), state.seal('a.b', 'ann', true)];
    expect(state.open(one, 'ann')).toEqual({ state: 'a.b', once: { id: expect.any(String), ttlMs: 500 } });
    expect(state.open(one, 'ann')?.once?.id).not.toBe(state.open(two, 'ann')?.once?.id);
    expect(state.open(one, 'ann')?.once?.id).toBe(state.open(one, 'ann')?.once?.id);
    expect(state.open(one, 'bob')).toBeUndefined();
  });

  it('cannot be made good for more uses', () => {
    const [prefix = '', stamp = '', ...rest] = state.seal('text', 'ann', true).split('.');
    const [expires, id] = stamp.split(/-(.*)/);
    const withStamp = (changed: string) => [prefix, changed, ...rest].join('.');
    expect(state.open(withStamp(`${expires}-${id}`), 'ann')).toBeDefined();
    for (const changed of [`${expires}`, `${expires}-`, `${expires}-x`]) {
      expect(state.open(withStamp(changed), 'ann')).toBeUndefined();
    }
  });

  it('is opened with every secret and sealed with the first', () => {
    const rotated = createRequestState(createSigner([other, secret]), 500, randomId, () => now);
    expect(rotated.open(state.seal('text', 'ann', false), 'ann')).toEqual({ state: 'text' });
    expect(state.open(rotated.seal('text', 'ann', false), 'ann')).toBeUndefined();
  });
});
