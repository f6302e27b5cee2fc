import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { attempts } from './access.ts';
import * as scripts from './scripts.generated.ts';

const tried = attempts('anypod', 1).map(([command]) => command as string);

it('tries every command of every script, apart from INFO, which a pod can do without', () => {
  const calls = Object.values(scripts).flatMap(({ lua }) => [...lua.matchAll(/redis\.p?call\('(\w+)'/g)]);
  const used = new Set(calls.map(([, name = '']) => name.toLowerCase()));
  expect(used.size).toBeGreaterThan(20);
  expect([...used].filter((name) => !tried.includes(name))).toEqual(['info']);
});

it('tries the commands of docs/redis.md, apart from those that few pods need', () => {
  const page = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8');
  const [, rules = ''] = /ACL SETUSER anypod on(.*?)```/s.exec(page) ?? [];
  const documented = [...rules.matchAll(/\+([\w|]+)/g)].map(([, name]) => name);
  const notNeeded = ['info', 'select', 'config|get', 'cluster|slots', 'cluster|info', 'client|setname'];
  expect([...new Set(tried)].sort()).toEqual(documented.filter((name = '') => !notNeeded.includes(name)).sort());
});
