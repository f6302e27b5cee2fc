import { describe, expect, it } from 'vitest';
import { createSessionId, isSessionId } from '../core/session/session-id.ts';
import { keyVersionOf } from '../core/store/key-versions.ts';
import { createRandomId, createSigner, randomId } from './signer.ts';

const first = 'the first secret of thirty-two bytes';
const second = 'the second secret of thirty-two bytes';

describe('signer', () => {
  it('tells its own codes from others', () => {
    const signer = createSigner([first]);
    const code = signer.sign('event', 'text');
    expect(signer.verify('event', 'text', code)).toBe(true);
    expect(signer.verify('event', 'other', code)).toBe(false);
    expect(signer.verify('session', 'text', code)).toBe(false);
    expect(signer.verify('event', 'text', '')).toBe(false);
    expect(signer.verify('event', 'text', '!'.repeat(22))).toBe(false);
  });

  it('signs with the first secret and verifies with all', () => {
    const old = createSigner([first]);
    const appended = createSigner([first, second]);
    const swapped = createSigner([second, first]);
    const done = createSigner([second]);
    const code = (signer: typeof old) => signer.sign('event', 'text');
    expect(swapped.verify('event', 'text', code(old))).toBe(true);
    expect(appended.verify('event', 'text', code(swapped))).toBe(true);
    expect(done.verify('event', 'text', code(swapped))).toBe(true);
    expect(done.verify('event', 'text', code(old))).toBe(false);
  });

  it.each([[[]], [['short']], [[first, 'short']]])('refuses the secrets %j', (secrets) => {
    expect(() => createSigner(secrets)).toThrowError(expect.objectContaining({ code: 'invalid_secret' }));
  });
});

describe('session ids', () => {
  const signer = createSigner([first]);

  it('are visible ASCII, never the same, and known as ours', () => {
    const ids = Array.from({ length: 100 }, () => createSessionId(signer, randomId));
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) {
      expect(id).toMatch(/^[\x21-\x7e]{44}$/);
      expect(isSessionId(signer, id)).toBe(true);
    }
  });

  it('have one form only: no other character in any place', () => {
    const id = createSessionId(signer, randomId);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let place = 0; place < id.length; place += 1) {
      const forms = [...letters].map((letter) => id.slice(0, place) + letter + id.slice(place + 1));
      expect(forms.filter((form) => isSessionId(signer, form))).toEqual([id]);
    }
  });

  it.each([
    ['one by one', randomId],
    ['many at a time', createRandomId()],
  ])('begin with no hyphen, so that no command takes them for a flag, and are never the same (%s)', (_how, random) => {
    const ids = Array.from({ length: 2000 }, random);
    for (const id of ids) expect(id).toMatch(/^\w[\w-]{21}$/);
    expect(new Set(ids).size).toBe(2000);
  });

  it('begin with the key version, which the code covers', () => {
    const id = createSessionId(signer, randomId, 'v2');
    expect(id).toMatch(/^v2\.[\w-]{44}$/);
    expect(isSessionId(signer, id)).toBe(true);
    expect(keyVersionOf(id)).toBe('v2');
    expect(keyVersionOf(createSessionId(signer, randomId, 'v1'))).toBe('v1');
    for (const other of [id.slice(3), `v1.${id.slice(3)}`, `v3.${id.slice(3)}`, `v1.${id}`]) {
      expect(isSessionId(signer, other)).toBe(false);
    }
  });

  it('cannot be made without the secret', () => {
    const id = createSessionId(createSigner([second]), randomId);
    expect(isSessionId(signer, id)).toBe(false);
    expect(isSessionId(signer, 'x'.repeat(44))).toBe(false);
    expect(isSessionId(signer, '')).toBe(false);
  });
});
