import { expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';
import { redisUrlFault } from './redis-url-fault.ts';

it.each([
  ['redis://h:6379\n', 'ends with a line break'],
  ['"redis://:hush@h"', 'begins with a quote'],
  ["'redis://h'", 'begins with a quote'],
  [' redis://h', 'begins with a space'],
  ['redis://h h', 'has a space'],
  ['redis://:hu@sh@h:6379', 'percent-encode @ as %40'],
  ['redis://:hu/sh@h', 'percent-encode / as %2F'],
  ['redis://:hu?sh@h/1', 'percent-encode ? as %3F'],
  ['redis://:hush%zz@h', 'percent-encode % as %25'],
  ['redis://h/1#x', 'percent-encode # in the password as %23'],
  ['redis+cluster://h/1', 'has only database 0'],
  ['redis+sentinel://:hu@sh@a,b/main', 'percent-encode @ as %40'],
  ['https://:hush@h', 'must be redis://'],
  ['localhost', 'must be redis://'],
  ['redis://', 'must be redis://'],
  ['redis://h/one', 'must be redis://'],
])('says of %j that it %s, without its password', (url, fault) => {
  expect(parseRedisUrl(url)).toBeUndefined();
  expect(redisUrlFault(url)).toContain(fault);
  expect(redisUrlFault(url)).not.toMatch(/hu|sh@/);
});
