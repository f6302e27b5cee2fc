import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../core/caller.ts';
import { departureOf } from '../../core/departure.ts';
import { lazyRequest } from './lazy-request.ts';

const caller: Caller = { headers: { 'x-team': ' blue ', 'x-many': ['a', 'b'] }, url: 'http://localhost/mcp?a=1' };

afterEach(() => vi.unstubAllGlobals());

describe('the HTTP request that a handler sees', () => {
  it('tells what most read without a real request', () => {
    const Real = Request;
    vi.stubGlobal('Request', class {});
    vi.stubGlobal('Headers', class {});
    const { signal } = new AbortController();
    const request = lazyRequest(
      caller,
      departureOf(() => signal),
    );
    expect(request).not.toBeInstanceOf(Real);
    expect([request.method, request.url, request.signal]).toEqual(['POST', caller.url, signal]);
    expect([request.headers.get('X-Team'), request.headers.get('x-many'), request.headers.get('x-none')]).toEqual([
      'blue',
      'a, b',
      null,
    ]);
    expect([request.headers.has('X-Team'), request.headers.has('x-none')]).toEqual([true, false]);
    expect(request.headers).toBe(request.headers);
  });

  it('is a Request with Headers, and nothing of ours is seen on it', () => {
    const request = lazyRequest(caller);
    expect(request).toBeInstanceOf(Request);
    expect(request.headers).toBeInstanceOf(Headers);
    expect([Object.keys(request), Object.keys(request.headers)]).toEqual([[], []]);
    expect(['clone' in request, 'method' in request, 'other' in request]).toEqual([true, true, false]);
  });

  it('does all else that a real request does', async () => {
    const request = lazyRequest(caller);
    expect(request.mode).toBe('cors');
    expect([...request.headers]).toEqual([
      ['x-many', 'a, b'],
      ['x-team', 'blue'],
    ]);
    const copy = request.clone();
    expect([copy.url, copy.headers.get('x-team'), await copy.text()]).toEqual([caller.url, 'blue', '']);
    expect(request.signal.aborted).toBe(false);
  });

  it.each(['before', 'after'])('keeps a change of its headers, made %s the real request exists', (when) => {
    const request = lazyRequest(caller);
    const { headers } = request;
    if (when === 'after') request.clone();
    headers.set('x-team', 'red');
    expect([headers.get('x-team'), request.headers.get('x-team'), request.clone().headers.get('x-team')]).toEqual([
      'red',
      'red',
      'red',
    ]);
  });

  it('keeps what code sets on it, and refuses what a real request refuses', () => {
    const request = lazyRequest(caller) as Request & { note?: string };
    request.note = 'seen';
    expect(request.note).toBe('seen');
    expect(() => Object.assign(request, { method: 'GET' })).toThrow(TypeError);
  });

  it('aborts its signal when the client goes', () => {
    const controller = new AbortController();
    const request = lazyRequest(
      caller,
      departureOf(() => controller.signal),
    );
    const copy = request.clone();
    controller.abort();
    expect([request.signal.aborted, copy.signal.aborted]).toEqual([true, true]);
  });
});
