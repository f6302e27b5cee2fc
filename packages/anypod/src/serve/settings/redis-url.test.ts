import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

describe('a Redis URL', () => {
  it.each([
    [
      'redis://localhost',
      { form: 'single', tls: false, hosts: [{ host: 'localhost', port: 6379 }], master: '', db: 0 },
    ],
    ['redis://h:7000/3', { form: 'single', tls: false, hosts: [{ host: 'h', port: 7000 }], master: '', db: 3 }],
    ['redis://[::1]:7000', { form: 'single', tls: false, hosts: [{ host: '::1', port: 7000 }], master: '', db: 0 }],
  ])('names one server: %s', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it('has a user and a password, percent-encoded, over TLS', () => {
    expect(parseRedisUrl('rediss://any%40pod:p%2Fw%3A%40@h')).toMatchObject({
      tls: true,
      username: 'any@pod',
      password: 'p/w:@',
    });
    expect(parseRedisUrl('redis://:secret@h')).not.toHaveProperty('username');
    expect(parseRedisUrl('redis://:secret@h')).toMatchObject({ password: 'secret' });
  });

  it.each(['redis+sentinel://u:p@a:1,b/main/2?sentinelPassword=x', 'sentinel://u:p@a:1,b/main/2?sentinelPassword=x'])(
    'names Sentinels and their master: %s',
    (url) => {
      expect(parseRedisUrl(url)).toEqual({
        form: 'sentinel',
        tls: false,
        username: 'u',
        password: 'p',
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
        ],
        master: 'main',
        db: 2,
        sentinelPassword: 'x',
      });
    },
  );

  it('names nodes of a Cluster', () => {
    expect(parseRedisUrl('rediss+cluster://a,b:7001')).toMatchObject({
      form: 'cluster',
      tls: true,
      hosts: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 7001 },
      ],
    });
  });

  it.each([
    'localhost',
    'http://h',
    'redis://',
    'redis://a,b',
    'redis://h:0',
    'redis://h:99999',
    'redis://h/one',
    'redis+sentinel://a:1',
    'redis+cluster://a/1',
    'sentinel+cluster://a/x',
    'redis://%zz@h',
    'redis://::1',
  ])('is refused where it is none: %s', (url) => {
    expect(parseRedisUrl(url)).toBeUndefined();
  });
});
