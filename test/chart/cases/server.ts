import { expect } from 'vitest';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const INLINE = 'export default () => undefined;\n';

const mountIn = ({ container }: Rendering) =>
  container()['volumeMounts'].find(({ name }: { name: string }) => name === 'server');
const volumeIn = ({ template }: Rendering) =>
  template()['spec'].volumes.find(({ name }: { name: string }) => name === 'server');

export const server: readonly ValueCase[] = [
  {
    path: 'server.module',
    value: 'src/shop.ts',
    check: ({ container }) => expect(container()['args']).toEqual(['serve', 'src/shop.ts']),
  },
  {
    path: 'server.source',
    value: 'volume',
    needs: { 'server.volume': { persistentVolumeClaim: { claimName: 'shop' } } },
    check: (rendering) => expect(mountIn(rendering)).toMatchObject({ mountPath: '/anypod/app', readOnly: true }),
  },
  {
    path: 'server.inline',
    value: INLINE,
    instead: 'export default 1;',
    with: { 'server.source': 'configMap' },
    check: (rendering) => {
      const { name } = volumeIn(rendering).configMap;
      const { data } = rendering.find('ConfigMap', '-server');
      expect(name).toBe('demo-anypod-server');
      expect(data[mountIn(rendering).subPath]).toBe(INLINE);
      expect(rendering.template().metadata.annotations).toHaveProperty(['checksum/server']);
    },
  },
  {
    path: 'server.configMap.name',
    value: 'shop',
    instead: 'other',
    with: { 'server.source': 'configMap' },
    check: (rendering) => {
      expect(volumeIn(rendering).configMap.name).toBe('shop');
      expect(rendering.all('ConfigMap').map(({ metadata }) => metadata.name)).not.toContain('demo-anypod-server');
    },
  },
  {
    path: 'server.configMap.key',
    value: 'shop.ts',
    with: { 'server.source': 'configMap', 'server.configMap.name': 'shop' },
    check: (rendering) => {
      expect(mountIn(rendering)).toMatchObject({ mountPath: '/anypod/app/server.ts', subPath: 'shop.ts' });
    },
  },
  {
    path: 'server.volume',
    value: { persistentVolumeClaim: { claimName: 'shop' } },
    instead: { emptyDir: {} },
    with: { 'server.source': 'volume' },
    check: (rendering) => expect(volumeIn(rendering).persistentVolumeClaim).toEqual({ claimName: 'shop' }),
  },
  {
    path: 'server.volumeSubPath',
    value: 'servers/shop',
    with: { 'server.source': 'volume', 'server.volume': { persistentVolumeClaim: { claimName: 'shop' } } },
    check: (rendering) => expect(mountIn(rendering).subPath).toBe('servers/shop'),
  },
  {
    path: 'secret.existingSecret',
    value: 'signing',
    check: ({ env, all }) => {
      expect(env('ANYPOD_SECRET')).toEqual({ name: 'signing', key: 'secret' });
      expect(all('Secret').map(({ metadata }) => metadata.name)).not.toContain('demo-anypod');
    },
  },
  {
    path: 'secret.keys',
    value: ['second', 'first'],
    with: { 'secret.existingSecret': 'signing' },
    check: ({ env, container }) => {
      const parts = String(env('ANYPOD_SECRET')).split(',');
      const named = parts.map((part) => env(part.replace(/^\$\((\w+)\)$/, '$1')));
      expect(named).toEqual([
        { name: 'signing', key: 'second' },
        { name: 'signing', key: 'first' },
      ]);
      const order = container()['env'].map(({ name }: { name: string }) => name);
      expect(order.indexOf('ANYPOD_SECRET'), 'what it refers to stands before it').toBeGreaterThan(
        Math.max(...parts.map((part) => order.indexOf(part.slice(2, -1)))),
      );
    },
  },
  {
    path: 'payloadKeys.existingSecret',
    value: 'payload',
    check: ({ env }) => expect(env('ANYPOD_PAYLOAD_KEYS')).toEqual({ name: 'payload', key: 'key' }),
  },
  {
    path: 'payloadKeys.keys',
    value: ['new', 'plain', 'old'],
    with: { 'payloadKeys.existingSecret': 'payload' },
    check: ({ env }) => {
      expect(env('ANYPOD_PAYLOAD_KEYS')).toBe('$(ANYPOD_PAYLOAD_KEYS_0),plain,$(ANYPOD_PAYLOAD_KEYS_2)');
      expect(env('ANYPOD_PAYLOAD_KEYS_0')).toEqual({ name: 'payload', key: 'new' });
      expect(env('ANYPOD_PAYLOAD_KEYS_2')).toEqual({ name: 'payload', key: 'old' });
    },
  },
  {
    path: 'admin.existingSecret',
    value: 'operators',
    check: ({ env }) => {
      expect(env('ANYPOD_ADMIN_TOKEN')).toEqual({ name: 'operators', key: 'token' });
      expect(env('ANYPOD_ADMIN_PORT')).toBe('9466');
    },
  },
  {
    path: 'admin.key',
    value: 'admin-token',
    with: { 'admin.existingSecret': 'operators' },
    check: ({ env }) => expect(env('ANYPOD_ADMIN_TOKEN')).toEqual({ name: 'operators', key: 'admin-token' }),
  },
  {
    path: 'admin.port',
    value: 9999,
    with: { 'admin.existingSecret': 'operators' },
    check: ({ env }) => expect(env('ANYPOD_ADMIN_PORT')).toBe('9999'),
  },
];
