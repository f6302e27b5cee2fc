import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ON = { 'metrics.serviceMonitor.enabled': true };
const KEEP = [{ sourceLabels: ['__name__'], action: 'keep', regex: 'anypod_.*' }];

const endpoint = ({ find }: Rendering): Manifest => find('ServiceMonitor')['spec'].endpoints[0];
const check = ({ find }: Rendering): string[] => find('Pod', '-check')['spec'].containers[0].args;

/** A value that stands in the ServiceMonitor's endpoint as it was given. */
function inEndpoint(key: string, value: unknown): ValueCase {
  return {
    path: `metrics.serviceMonitor.${key}`,
    value,
    with: ON,
    check: (rendering) => expect(endpoint(rendering)[key]).toEqual(value),
  };
}

export const observing: readonly ValueCase[] = [
  {
    path: 'metrics.enabled',
    value: false,
    check: ({ env, container, find }) => {
      expect(env('ANYPOD_METRICS_PORT')).toBe('0');
      expect(container()['ports'].map(({ name }: Manifest) => name)).toEqual(['http']);
      expect(find('Service', '-pods')['spec'].ports.map(({ name }: Manifest) => name)).toEqual(['http']);
    },
  },
  {
    path: 'metrics.port',
    value: 9999,
    check: ({ env, container, find }) => {
      expect(env('ANYPOD_METRICS_PORT')).toBe('9999');
      expect(container()['ports']).toContainEqual({ name: 'metrics', containerPort: 9999, protocol: 'TCP' });
      expect(find('Service', '-pods')['spec'].ports).toContainEqual(expect.objectContaining({ port: 9999 }));
    },
  },
  {
    path: 'metrics.serviceMonitor.enabled',
    value: true,
    check: (rendering) => expect(endpoint(rendering)).toMatchObject({ port: 'metrics', path: '/metrics' }),
  },
  inEndpoint('interval', '60s'),
  inEndpoint('scrapeTimeout', '5s'),
  inEndpoint('relabelings', KEEP),
  inEndpoint('metricRelabelings', KEEP),
  {
    path: 'metrics.serviceMonitor.labels',
    value: { release: 'prometheus' },
    with: ON,
    check: ({ find }) => expect(find('ServiceMonitor').metadata.labels).toMatchObject({ release: 'prometheus' }),
  },
  {
    path: 'tests.enabled',
    value: false,
    check: ({ all }) => expect(all('Pod')).toEqual([]),
  },
  {
    path: 'tests.tool',
    value: 'greet',
    check: (rendering) => expect(check(rendering).join(' ')).toContain('--tool greet'),
  },
  {
    path: 'tests.arguments',
    value: { name: 'Ann "A" Lee' },
    with: { 'tests.tool': 'greet' },
    check: (rendering) => expect(check(rendering)).toContain('{"name":"Ann \\"A\\" Lee"}'),
  },
];
