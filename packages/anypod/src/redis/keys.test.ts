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
    const spelling = documented().get(kind) ?? '';
    const [first = '', second = ''] = spelling.match(/<\w+>/g) ?? [];
    expect(keys[kind](first, second)).toBe(`anypod:v1:${spelling}`);
  });
});

describe('the keys of one session', () => {
  it('are in the version that its id names, if the build knows it, and else where no session is', () => {
    const both = createKeys('anypod', ['v2', 'v1']);
    expect(both.session('s')).toBe('anypod:v1:session:{s}');
    expect(both.session('v2.s')).toBe('anypod:v2:session:{v2.s}');
    expect(both.stream('v2.s', 'x')).toBe('anypod:v2:session:{v2.s}:stream:x');
    expect(both.session('v3.s')).toBe('anypod:v1:session:{v3.s}');
    expect(createKeys('anypod', ['v3', 'v2']).session('s')).toBe('anypod:v2:session:{s}');
  });

  it('leave the keys of the pods where they are', () => {
    const later = createKeys('anypod', ['v3', 'v2']);
    for (const kind of ['pods', 'builds', 'changes', 'inbox', 'owned'] as const)
      expect(later[kind]('p')).toBe(keys[kind]('p'));
  });

  it('share its hash tag, even where a stream is named with braces', () => {
    for (const kind of ['session', 'questions', 'standing', 'stream', 'streamState'] as const) {
      expect(/\{([^}]*)\}/.exec(keys[kind]('s', '{x}'))?.[1]).toBe('s');
    }
  });
});
