import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const DIGEST = `sha256:${'fedcba9876543210'.repeat(4)}`;
const NOT_TOGETHER = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };

const podIn = ({ find }: Rendering): Manifest => find('StatefulSet', '-redis')['spec'].template;
const redisIn = (rendering: Rendering): Manifest => podIn(rendering)['spec'].containers[0];
const claimIn = ({ find }: Rendering): Manifest => find('StatefulSet', '-redis')['spec'].volumeClaimTemplates[0];

const inPod = (key: string, value: unknown): ValueCase => ({
  path: `redis.${key}`,
  value,
  check: (rendering) => expect(podIn(rendering)['spec'][key]).toEqual(value),
});

export const redis: readonly ValueCase[] = [
  {
    path: 'redis.image.registry',
    value: 'registry.example.com',
    check: (rendering) => expect(redisIn(rendering)['image']).toBe('registry.example.com/redis:7'),
  },
  {
    path: 'redis.image.repository',
    value: 'valkey',
    check: (rendering) => expect(redisIn(rendering)['image']).toBe('valkey:7'),
  },
  {
    path: 'redis.image.tag',
    value: '8',
    check: (rendering) => expect(redisIn(rendering)['image']).toBe('redis:8'),
  },
  {
    path: 'redis.image.digest',
    value: DIGEST,
    check: (rendering) => expect(redisIn(rendering)['image']).toBe(`redis@${DIGEST}`),
  },
  {
    path: 'redis.image.pullPolicy',
    value: 'Always',
    check: (rendering) => expect(redisIn(rendering)['imagePullPolicy']).toBe('Always'),
  },
  {
    path: 'redis.auth.enabled',
    value: false,
    check: ({ env, text }) => {
      expect(env('REDIS_PASSWORD')).toBeUndefined();
      expect(text).not.toContain('requirepass');
    },
  },
  {
    path: 'redis.auth.existingSecret',
    value: 'given',
    check: ({ env, all }) => {
      expect(env('REDIS_PASSWORD')).toEqual({ name: 'given', key: 'password' });
      expect(all('Secret').map(({ metadata }) => metadata.name)).not.toContain('demo-anypod-redis');
    },
  },
  {
    path: 'redis.auth.key',
    value: 'redis-password',
    with: { 'redis.auth.existingSecret': 'given' },
    check: ({ env }) => expect(env('REDIS_PASSWORD')).toEqual({ name: 'given', key: 'redis-password' }),
  },
  {
    path: 'redis.maxmemory',
    value: '256mb',
    check: (rendering) => expect(redisIn(rendering)['args'].join(' ')).toContain('--maxmemory 256mb'),
  },
  {
    path: 'redis.config',
    value: { 'slowlog-max-len': '256' },
    check: (rendering) => expect(redisIn(rendering)['args'].join(' ')).toContain('--slowlog-max-len 256'),
  },
  {
    path: 'redis.config',
    value: {
      'repl-backlog-size': 10_485_760,
      activedefrag: false,
      'lazyfree-lazy-expire': true,
      'active-defrag-ratio': 0.5,
    },
    check: (rendering) => {
      const args = redisIn(rendering)['args'].join(' ');
      expect(args).toContain(
        '--active-defrag-ratio 0.5 --activedefrag no --lazyfree-lazy-expire yes --repl-backlog-size 10485760',
      );
    },
  },
  {
    path: 'redis.persistence.enabled',
    value: true,
    check: (rendering) => {
      expect(claimIn(rendering)['spec']).toMatchObject({ accessModes: ['ReadWriteOnce'] });
      expect(claimIn(rendering)['spec'].resources.requests.storage).toBe('2Gi');
    },
  },
  {
    path: 'redis.persistence.storageClass',
    value: 'fast',
    with: { 'redis.persistence.enabled': true },
    check: (rendering) => expect(claimIn(rendering)['spec'].storageClassName).toBe('fast'),
  },
  {
    path: 'redis.persistence.size',
    value: '5Gi',
    with: { 'redis.persistence.enabled': true },
    check: (rendering) => expect(claimIn(rendering)['spec'].resources.requests.storage).toBe('5Gi'),
  },
  {
    path: 'redis.persistence.accessModes',
    value: ['ReadWriteOncePod'],
    with: { 'redis.persistence.enabled': true },
    check: (rendering) => expect(claimIn(rendering)['spec'].accessModes).toEqual(['ReadWriteOncePod']),
  },
  {
    path: 'redis.resources',
    value: { limits: { memory: '1Gi' } },
    check: (rendering) => expect(redisIn(rendering)['resources'].limits.memory).toBe('1Gi'),
  },
  {
    path: 'redis.podSecurityContext',
    value: { runAsUser: 1234 },
    check: (rendering) => expect(podIn(rendering)['spec'].securityContext).toMatchObject({ runAsUser: 1234 }),
  },
  {
    path: 'redis.podLabels',
    value: { tier: 'data' },
    check: (rendering) => expect(podIn(rendering).metadata.labels).toMatchObject({ tier: 'data' }),
  },
  {
    path: 'redis.podAnnotations',
    value: { tier: 'data' },
    check: (rendering) => expect(podIn(rendering).metadata.annotations).toMatchObject({ tier: 'data' }),
  },
  inPod('nodeSelector', { disk: 'ssd' }),
  inPod('tolerations', [{ key: 'data', operator: 'Exists' }]),
  inPod('affinity', NOT_TOGETHER),
  inPod('priorityClassName', 'high'),
];
