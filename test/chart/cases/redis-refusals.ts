import type { Refusal } from './refusal.ts';

const OUTSIDE = { 'redis.enabled': false };
const HOST = { ...OUTSIDE, 'externalRedis.host': 'redis.example.com' };
const TLS_SECRET = { 'externalRedis.tls.existingSecret': 'tls' };

/** How the chart refuses values that name no Redis, or several. */
export const REDIS_REFUSALS: readonly Refusal[] = [
  {
    values: { 'externalRedis.host': 'redis.example.com' },
    sentence:
      'redis.enabled and externalRedis.host are both set: set redis.enabled=false to use the external Redis, or remove externalRedis.',
  },
  {
    values: OUTSIDE,
    sentence:
      'No Redis is set, and pods need one to share sessions: set redis.enabled=true for a trial, or one of externalRedis.url, urlKey, host, sentinel.nodes and cluster.nodes.',
  },
  {
    values: { ...HOST, 'externalRedis.cluster.nodes': ['c1'] },
    sentence: 'externalRedis names more than one Redis (host, cluster.nodes): keep one.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://shop:hunter2@redis.example.com' },
    sentence:
      'externalRedis.url contains credentials, and everybody who can read the pod could see them: put the whole URL into a Secret and set externalRedis.existingSecret and urlKey, or put only the password there and set passwordKey.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.url': 'redis://redis.example.com', 'externalRedis.tls.enabled': true },
    sentence:
      'externalRedis.tls.enabled is set, but the URL does not use TLS: write rediss, rediss+sentinel or rediss+cluster in externalRedis.url.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.sentinel.nodes': ['s1'] },
    sentence:
      'externalRedis.sentinel.nodes is set without a master: set externalRedis.sentinel.masterName to the name that the Sentinels use for the master.',
  },
  {
    values: { ...HOST, 'externalRedis.sentinel.masterName': 'm' },
    sentence:
      'externalRedis.sentinel.masterName is set without Sentinels: list the Sentinels in externalRedis.sentinel.nodes.',
  },
  {
    values: { ...OUTSIDE, 'externalRedis.cluster.nodes': ['c1'], 'externalRedis.db': 1 },
    sentence: 'externalRedis.db is not 0, but a Cluster has only database 0: remove externalRedis.db.',
  },
  {
    values: { ...HOST, 'externalRedis.passwordKey': 'password' },
    sentence: 'externalRedis names the key "password", but no Secret: set externalRedis.existingSecret.',
  },
  {
    values: {
      ...HOST,
      'externalRedis.existingSecret': 'redis',
      'externalRedis.username': 'shop',
      'externalRedis.usernameKey': 'user',
    },
    sentence: 'externalRedis.username and usernameKey are both set: keep one.',
  },
  {
    values: { ...HOST, 'externalRedis.tls.enabled': true, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names the key "ca.crt", but no Secret: set externalRedis.tls.existingSecret.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.caKey': 'ca.crt' },
    sentence: 'externalRedis.tls names certificates, but TLS is off: set externalRedis.tls.enabled=true.',
  },
  {
    values: { ...HOST, ...TLS_SECRET, 'externalRedis.tls.enabled': true, 'externalRedis.tls.certKey': 'tls.crt' },
    sentence: 'externalRedis.tls.certKey and keyKey belong together: set both, or neither.',
  },
];
