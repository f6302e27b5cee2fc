import { expect } from 'vitest';
import type { ValueCase } from '../value-case.ts';

const OUTSIDE = { 'redis.enabled': false };
const HOST = { ...OUTSIDE, 'externalRedis.host': 'redis.example.com' };
const SECRET = { ...HOST, 'externalRedis.existingSecret': 'redis' };
const SENTINELS = {
  ...OUTSIDE,
  'externalRedis.sentinel.nodes': ['s1', 's2:26380'],
  'externalRedis.sentinel.masterName': 'm',
};
const TLS = { ...HOST, 'externalRedis.tls.enabled': true, 'externalRedis.tls.existingSecret': 'tls' };

type Setting = Omit<ValueCase, 'path' | 'check'>;

/** A value of the external Redis, and what it makes of a variable of the server. */
function variable(key: string, setting: Setting, name: string, expected: unknown): ValueCase {
  return { path: `externalRedis.${key}`, ...setting, check: ({ env }) => expect(env(name)).toEqual(expected) };
}

export const externalRedis: readonly ValueCase[] = [
  {
    path: 'redis.enabled',
    value: false,
    needs: { 'externalRedis.host': 'redis.example.com' },
    check: ({ all, env }) => {
      expect(all('StatefulSet')).toEqual([]);
      expect(env('REDIS_URL')).toBe('redis://redis.example.com:6379/0');
    },
  },
  variable(
    'url',
    { value: 'rediss://redis.example.com:6380/2', instead: 'redis://other.example.com', with: OUTSIDE },
    'REDIS_URL',
    'rediss://redis.example.com:6380/2',
  ),
  variable(
    'urlKey',
    { value: 'url', instead: 'other', with: { ...OUTSIDE, 'externalRedis.existingSecret': 'redis' } },
    'REDIS_URL',
    { name: 'redis', key: 'url' },
  ),
  variable(
    'host',
    { value: 'redis.example.com', instead: 'other.example.com', with: OUTSIDE },
    'REDIS_URL',
    'redis://redis.example.com:6379/0',
  ),
  variable(
    'host',
    { value: 'fd00::1', instead: 'other.example.com', with: { ...OUTSIDE, 'externalRedis.port': 6380 } },
    'REDIS_URL',
    'redis://[fd00::1]:6380/0',
  ),
  variable(
    'sentinel.nodes',
    {
      value: ['fd00::1', '[fd00::2]:26380'],
      instead: ['s3'],
      with: { ...OUTSIDE, 'externalRedis.sentinel.masterName': 'm' },
    },
    'REDIS_URL',
    'redis+sentinel://[fd00::1],[fd00::2]:26380/m/0',
  ),
  variable(
    'cluster.nodes',
    { value: ['fd00::1', '[fd00::2]:7000', '[fd00::3]'], instead: ['c3'], with: OUTSIDE },
    'REDIS_URL',
    'redis+cluster://[fd00::1],[fd00::2]:7000,[fd00::3]',
  ),
  variable('port', { value: 6380, with: HOST }, 'REDIS_URL', 'redis://redis.example.com:6380/0'),
  variable('db', { value: 3, with: HOST }, 'REDIS_URL', 'redis://redis.example.com:6379/3'),
  variable(
    'existingSecret',
    { value: 'redis', instead: 'other', with: { ...HOST, 'externalRedis.passwordKey': 'password' } },
    'REDIS_PASSWORD',
    { name: 'redis', key: 'password' },
  ),
  variable('passwordKey', { value: 'password', with: SECRET }, 'REDIS_PASSWORD', { name: 'redis', key: 'password' }),
  variable('usernameKey', { value: 'user', with: SECRET }, 'REDIS_USERNAME', { name: 'redis', key: 'user' }),
  variable('username', { value: 'shop', with: HOST }, 'REDIS_USERNAME', 'shop'),
  variable(
    'sentinel.nodes',
    { value: ['s1', 's2:26380'], instead: ['s3'], with: { ...OUTSIDE, 'externalRedis.sentinel.masterName': 'm' } },
    'REDIS_URL',
    'redis+sentinel://s1,s2:26380/m/0',
  ),
  variable(
    'sentinel.masterName',
    { value: 'm', instead: 'other', with: { ...OUTSIDE, 'externalRedis.sentinel.nodes': ['s1'] } },
    'REDIS_URL',
    'redis+sentinel://s1/m/0',
  ),
  variable('sentinel.username', { value: 'watcher', with: SENTINELS }, 'REDIS_SENTINEL_USERNAME', 'watcher'),
  variable(
    'sentinel.passwordKey',
    { value: 'sentinel', with: { ...SENTINELS, 'externalRedis.existingSecret': 'redis' } },
    'REDIS_SENTINEL_PASSWORD',
    { name: 'redis', key: 'sentinel' },
  ),
  variable(
    'cluster.nodes',
    { value: ['c1:7000', 'c2'], instead: ['c3'], with: OUTSIDE },
    'REDIS_URL',
    'redis+cluster://c1:7000,c2',
  ),
  variable('tls.enabled', { value: true, with: HOST }, 'REDIS_URL', 'rediss://redis.example.com:6379/0'),
  {
    path: 'externalRedis.tls.existingSecret',
    value: 'tls',
    with: { ...HOST, 'externalRedis.tls.enabled': true },
    check: ({ template }) => {
      expect(template()['spec'].volumes).toContainEqual({
        name: 'redis-tls',
        secret: { secretName: 'tls', defaultMode: 0o440 },
      });
    },
  },
  variable('tls.caKey', { value: 'ca.crt', with: TLS }, 'ANYPOD_REDIS_TLS_CA', '/etc/anypod/redis-tls/ca.crt'),
  variable(
    'tls.certKey',
    { value: 'tls.crt', instead: 'other.crt', with: { ...TLS, 'externalRedis.tls.keyKey': 'tls.key' } },
    'ANYPOD_REDIS_TLS_CERT',
    '/etc/anypod/redis-tls/tls.crt',
  ),
  variable(
    'tls.keyKey',
    { value: 'tls.key', instead: 'other.key', with: { ...TLS, 'externalRedis.tls.certKey': 'tls.crt' } },
    'ANYPOD_REDIS_TLS_KEY',
    '/etc/anypod/redis-tls/tls.key',
  ),
];
