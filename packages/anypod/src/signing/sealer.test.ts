import { describe, expect, it } from 'vitest';
import { PLAIN } from '../core/sealer.ts';
import { createSealer } from './sealer.ts';

const first = 'the first key of at least thirty-two bytes';
const second = 'the second key of at least thirty-two bytes';
const unreadable = expect.objectContaining({ code: 'payload_unreadable' });

describe('a sealed text', () => {
  const sealer = createSealer([first]);

  it.each(['', 'text', 'Ünïcode ✓', '\u0002plain---text', '{"a":[1,2]}', 'x'.repeat(100_000)])(
    'is opened at its place: %j',
    (text) => {
      for (const by of [sealer, createSealer(['plain']), createSealer(['plain', first]), PLAIN]) {
        expect(by.open('key', 'd', by.seal('key', 'd', text))).toBe(text);
        expect(by.nameOf('key', by.forms('key', text)[0])).toBe(text);
      }
    },
  );

  it('shows nothing of its content, and is another one each time', () => {
    const sealed = Array.from({ length: 100 }, () => sealer.seal('key', 'd', 'canary canary canary'));
    expect(new Set(sealed).size).toBe(100);
    for (const text of sealed) {
      expect(text).not.toContain('canary');
      expect(Buffer.from(text.slice(9), 'base64url').toString('latin1')).not.toContain('canary');
    }
  });

  it('can be opened by another process with the same key, and by no other key', () => {
    const sealed = sealer.seal('key', 'd', 'text');
    expect(createSealer([first]).open('key', 'd', sealed)).toBe('text');
    expect(() => createSealer([second]).open('key', 'd', sealed)).toThrow(unreadable);
    expect(() => createSealer([second, 'plain']).open('key', 'd', sealed)).toThrow(unreadable);
    expect(() => PLAIN.open('key', 'd', sealed)).toThrow(unreadable);
  });

  it('cannot be moved, cut, or changed in any place', () => {
    const sealed = sealer.seal('key', 1, 'text');
    expect(() => sealer.open('other', 1, sealed)).toThrow(unreadable);
    expect(() => sealer.open('key', 2, sealed)).toThrow(unreadable);
    expect(() => sealer.nameOf('key', sealed)).toThrow(unreadable);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open('key', 1, sealed.slice(0, length)), `${length}`).toThrow(unreadable);
    }
    // The last character has bits that decoding drops.
    for (let at = 0; at < sealed.length - 1; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => sealer.open('key', 1, changed), `${at}`).toThrow(unreadable);
    }
  });

  it('is not replaced by a plain one, unless plain is among the keys', () => {
    expect(() => sealer.open('key', 'd', 'text')).toThrow(unreadable);
    expect(createSealer([first, 'plain']).open('key', 'd', 'text')).toBe('text');
  });

  it('says in one sentence what to do, and in its cause where', () => {
    const sealed = createSealer([second]).seal('key', 'd', 'text');
    expect(() => sealer.open('key', 'd', sealed)).toThrow(/ANYPOD_PAYLOAD_KEYS/);
    expect(() => sealer.open('key', 'd', sealed)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('key d is sealed by') }),
      }),
    );
  });
});

describe('a name', () => {
  it('has one form per key, always the same in its place', () => {
    const [one, other] = [createSealer([first, second, 'plain']), createSealer([second, first])];
    const [a, b, c] = one.forms('key', 'name');
    expect(other.forms('key', 'name')).toEqual([b, a]);
    expect(c).toBe('name');
    expect(one.forms('key', 'other')[0]).not.toBe(a);
    expect(one.forms('elsewhere', 'name')[0]).not.toBe(a);
    for (const form of [a, b ?? '']) {
      expect(other.nameOf('key', form)).toBe('name');
      expect(() => other.nameOf('elsewhere', form)).toThrow(unreadable);
      expect(() => other.open('key', 'name', form)).toThrow(unreadable);
    }
  });
});

describe('keys', () => {
  it('rotate: append, swap, remove', () => {
    const stages = [['plain'], ['plain', first], [first, 'plain'], [first], [first, second], [second, first], [second]];
    const sealers = stages.map((keys) => createSealer(keys));
    for (const [index, sealer] of sealers.entries()) {
      const sealed = sealer.seal('key', 'd', 'text');
      for (const near of [index - 1, index, index + 1]) {
        expect(sealers[near]?.open('key', 'd', sealed) ?? 'text', `${index} ${near}`).toBe('text');
      }
    }
  });

  it('have names that are the same on all pods', () => {
    const [one, other] = [createSealer([first, second]), createSealer([second, 'plain'])];
    expect(one.keys[1]).toBe(other.keys[0]);
    expect(other.keys[1]).toBe('plain');
    expect(one.keys[0]).toMatch(/^[\w-]{8}$/);
  });

  it.each([[[]], [['short']], [[first, 'short']], [['Plain']]])('are refused: %j', (keys) => {
    expect(() => createSealer(keys)).toThrowError(expect.objectContaining({ code: 'invalid_secret' }));
  });
});
