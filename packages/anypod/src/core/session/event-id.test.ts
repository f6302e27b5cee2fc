import { describe, expect, it } from 'vitest';
import { createSigner } from '../../signing/signer.ts';
import { createEventIds } from './event-id.ts';

const ids = createEventIds(createSigner(['a secret of at least thirty-two bytes']));

describe('event ids', () => {
  it.each([7, 'seven', 'with.dots and spaces/%', ''])('name stream, request %j and seq', (request) => {
    const id = `${ids.exchangePrefix('session', 'stream', request)}12`;
    expect(ids.parse('session', id)).toEqual({ kind: 'exchange', stream: 'stream', request, seq: 12 });
  });

  it('name a place in the standing stream and in the log of changes', () => {
    const id = `${ids.standingPrefix('session')}1700000000000-3.1600000000000-0`;
    const place = { kind: 'standing', position: '1700000000000-3', changes: '1600000000000-0' };
    expect(ids.parse('session', id)).toEqual(place);
  });

  it('are visible ASCII, whatever the request is called', () => {
    expect(ids.exchangePrefix('session', 'stream', 'é\n💡')).toMatch(/^[\x21-\x7e]+$/);
  });

  it.each(['', 'x', 'x....', 'g..0-0.0-0', 'nonsense', `x.${'a'.repeat(3000)}`])('refuse %j', (id) => {
    expect(ids.parse('session', id)).toBeUndefined();
  });

  it('of one session say nothing in another', () => {
    expect(ids.parse('other', `${ids.exchangePrefix('session', 'stream', 1)}0`)).toBeUndefined();
    expect(ids.parse('other', `${ids.standingPrefix('session')}0-0.0-0`)).toBeUndefined();
  });

  it('cannot be moved to another stream or request', () => {
    const id = `${ids.exchangePrefix('session', 'stream', 1)}0`;
    expect(ids.parse('session', id.replace('stream', 'strean'))).toBeUndefined();
    expect(ids.parse('session', id.replace('.1.', '.2.'))).toBeUndefined();
  });
});
