import { describe, expect, it } from 'vitest';
import { Refusal } from '../reply/refusal.ts';
import { answerForm, requireAcceptsEvents } from './negotiation.ts';

const callerWith = (accept: string | undefined) => ({ url: 'http://localhost/mcp', headers: { accept } });

describe('Accept', () => {
  it.each<[string | undefined, 'either' | 'json' | 'stream']>([
    [undefined, 'either'],
    ['', 'either'],
    ['*/*', 'either'],
    ['application/json, text/event-stream', 'either'],
    ['text/event-stream,application/json;q=0.2', 'either'],
    ['application/json;charset=utf-8, text/*', 'either'],
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['*/*, text/event-stream;q=0', 'json'],
    ['text/event-stream', 'stream'],
    ['text/event-stream, application/json;q=0', 'stream'],
  ])('%j takes %s', (accept, form) => {
    expect(answerForm(callerWith(accept))).toBe(form);
  });

  it.each(['text/html', '*/*;q=0', 'application/json;q=0', 'application/jsonx', 'nonsense', ',', ';q'])(
    '%j takes neither',
    (accept) => {
      expect(() => answerForm(callerWith(accept))).toThrowError(Refusal);
      expect(() => requireAcceptsEvents(callerWith(accept))).toThrowError(Refusal);
    },
  );

  it.each([undefined, '', '*/*', 'text/event-stream', 'text/*;q=0.1'])('%j takes events', (accept) => {
    expect(() => requireAcceptsEvents(callerWith(accept))).not.toThrow();
  });
});
