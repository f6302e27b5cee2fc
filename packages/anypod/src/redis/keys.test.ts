import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createKeys, type Keys } from './keys.ts';

const page = readFileSync(new URL('../../../../docs/keyspace.md', import.meta.url), 'utf8');
const keys = createKeys('anypod');

/** The rows of the table of keys: kind and spelling. */
function documented(): Map<string, string> {
  const [, table = ''] = /^## Keys$(.*?)^## /ms.exec(page) ?? [];
  const rows = table.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm);
  return new Map([...rows].map(([, kind = '', key = '']) => [kind, key]));
}

describe('docs/keyspace.md', () => {
  it('names every kind of key, and no other', () => {
    expect([...documented().keys()].sort()).toEqual(Object.keys(keys).sort());
  });

  it.each(Object.keys(keys) as (keyof Keys)[])('spells %s as the code does', (kind) => {
    const [first, second] = kind === 'inbox' || kind === 'owned' ? ['<pod>', ''] : ['<id>', '<x>'];
    expect(keys[kind](first, second)).toBe(`anypod:v1:${documented().get(kind)}`);
  });
});

describe('the keys of one session', () => {
  it('share its hash tag, even where a stream is named with braces', () => {
    for (const kind of ['session', 'questions', 'standing', 'stream', 'streamState'] as const) {
      expect(/\{([^}]*)\}/.exec(keys[kind]('s', '{x}'))?.[1]).toBe('s');
    }
  });
});
