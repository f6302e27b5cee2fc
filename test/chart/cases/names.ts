import { expect } from 'vitest';
import type { ValueCase } from '../value-case.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

export const names: readonly ValueCase[] = [
  {
    path: 'nameOverride',
    value: 'shop',
    check: ({ manifests }) => {
      const names = manifests.map(({ metadata }) => metadata.name);
      expect(names.filter((name) => !name.startsWith('demo-shop'))).toEqual([]);
    },
  },
  {
    path: 'fullnameOverride',
    value: 'shop',
    check: ({ manifests }) => {
      const names = manifests.map(({ metadata }) => metadata.name);
      expect(names.filter((name) => !/^shop\b/.test(name))).toEqual([]);
    },
  },
  {
    path: 'commonLabels',
    value: { team: 'shop' },
    check: ({ manifests, template }) => {
      expect(manifests.filter(({ metadata }) => metadata.labels?.['team'] !== 'shop')).toEqual([]);
      expect(template().metadata.labels).toMatchObject({ team: 'shop' });
    },
  },
  {
    path: 'commonLabels',
    value: {
      'app.kubernetes.io/part-of': 'platform',
      'app.kubernetes.io/version': '7',
      'app.kubernetes.io/component': 'mine',
    },
    with: { 'metrics.serviceMonitor.enabled': true, 'metrics.serviceMonitor.labels': { 'helm.sh/chart': 'theirs' } },
    check: ({ manifests, find, template }) => {
      const partOf = manifests.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of']);
      expect([...new Set(partOf)]).toEqual(['platform']);
      expect(find('ServiceMonitor').metadata.labels?.['helm.sh/chart']).toBe('theirs');
      expect(find('Service', '-pods').metadata.labels?.['app.kubernetes.io/component']).toBe('pods');
      expect(template().metadata.labels).toMatchObject({
        'app.kubernetes.io/version': '7',
        'app.kubernetes.io/component': 'server',
      });
    },
  },
  {
    path: 'commonAnnotations',
    value: { team: 'shop' },
    check: ({ manifests }) => {
      expect(manifests.filter(({ metadata }) => metadata.annotations?.['team'] !== 'shop')).toEqual([]);
    },
  },
  {
    path: 'global.imageRegistry',
    value: 'registry.example.com',
    check: ({ container, find }) => {
      expect(container()['image']).toMatch(/^registry\.example\.com\/anypod:/);
      expect(find('StatefulSet', '-redis')['spec'].template.spec.containers[0].image).toBe(
        'registry.example.com/redis:7',
      );
    },
  },
  {
    path: 'global.imagePullSecrets',
    value: ['all'],
    with: { imagePullSecrets: ['own'] },
    check: ({ template, find }) => {
      expect(template()['spec'].imagePullSecrets).toEqual([{ name: 'all' }, { name: 'own' }]);
      expect(find('StatefulSet', '-redis')['spec'].template.spec.imagePullSecrets).toContainEqual({ name: 'all' });
    },
  },
  {
    path: 'imagePullSecrets',
    value: ['own', { name: 'other' }],
    check: ({ template }) => {
      expect(template()['spec'].imagePullSecrets).toEqual([{ name: 'own' }, { name: 'other' }]);
    },
  },
  {
    path: 'image.registry',
    value: 'registry.example.com',
    check: ({ container }) => expect(container()['image']).toMatch(/^registry\.example\.com\/anypod:/),
  },
  {
    path: 'image.repository',
    value: 'shop/server',
    check: ({ container }) => expect(container()['image']).toMatch(/^shop\/server:/),
  },
  {
    path: 'image.tag',
    value: '9.9',
    check: ({ container }) => expect(container()['image']).toBe('anypod:9.9'),
  },
  {
    path: 'image.digest',
    value: DIGEST,
    with: { 'image.tag': '9.9' },
    check: ({ container }) => expect(container()['image']).toBe(`anypod@${DIGEST}`),
  },
  {
    path: 'image.pullPolicy',
    value: 'Always',
    check: ({ container }) => expect(container()['imagePullPolicy']).toBe('Always'),
  },
];
