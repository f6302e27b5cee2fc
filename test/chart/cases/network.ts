import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const INGRESS = { 'ingress.enabled': true };
const PARENT = [{ name: 'gateway', namespace: 'edge' }];
const ROUTE = { 'httpRoute.enabled': true, 'httpRoute.parentRefs': PARENT };
const POLICY = { 'networkPolicy.enabled': true };
const EDGE = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } };

const service = ({ find }: Rendering): Manifest => find('Service')['spec'];
const ingress = ({ find }: Rendering): Manifest => find('Ingress')['spec'];
const route = ({ find }: Rendering): Manifest => find('HTTPRoute')['spec'];
const policy = ({ find }: Rendering): Manifest => find('NetworkPolicy')['spec'];

/** The resolver's ports: those of Services, and those of OpenShift's pods. */
const DNS = [53, 53, 5353, 5353];

/** Where a policy has to let pods go for the URL of a Redis. */
const URLS: readonly [url: string, ports: readonly number[]][] = [
  ['rediss://redis.example.com:6380', [6380]],
  ['redis://redis.example.com/2', [6379]],
  ['redis://[fd00::1]:6381/0', [6381]],
  ['redis://[fd00::1]', [6379]],
  ['redis+sentinel://s1,s2:26380/main/0', [6379, 26_379, 26_380]],
  ['sentinel://s1/main', [6379, 26_379]],
  ['rediss+cluster://c1:7000,c2:7001', [6379, 7000, 7001]],
];

const egressPorts = (rendering: Rendering): number[] =>
  policy(rendering)['egress'].flatMap((rule: Manifest) => rule['ports'].map(({ port }: Manifest) => port));

/** A value that stands in the Service's spec as it was given. */
function inService(key: string, value: unknown, others: object = {}): ValueCase {
  return {
    path: `service.${key}`,
    value,
    with: { ...others },
    check: (rendering) => expect(service(rendering)[key]).toEqual(value),
  };
}

const services: readonly ValueCase[] = [
  inService('type', 'LoadBalancer'),
  {
    path: 'service.port',
    value: 8080,
    check: (rendering) => expect(service(rendering)['ports'][0]).toMatchObject({ port: 8080, targetPort: 'http' }),
  },
  {
    path: 'service.nodePort',
    value: 30_080,
    with: { 'service.type': 'NodePort' },
    check: (rendering) => expect(service(rendering)['ports'][0].nodePort).toBe(30_080),
  },
  {
    path: 'service.appProtocol',
    value: '',
    check: (rendering) => expect(service(rendering)['ports'][0]).not.toHaveProperty('appProtocol'),
  },
  inService('trafficDistribution', 'PreferSameZone'),
  inService('ipFamilyPolicy', 'PreferDualStack'),
  {
    path: 'service.ipFamilies',
    value: ['IPv6', 'IPv4'],
    check: ({ all }) => {
      expect(all('Service')).toHaveLength(3);
      for (const { spec } of all('Service')) expect(spec.ipFamilies).toEqual(['IPv6', 'IPv4']);
    },
  },
  {
    path: 'listenAddress',
    value: '0.0.0.0',
    check: ({ env }) => expect(env('HOST')).toBe('0.0.0.0'),
  },
  inService('loadBalancerClass', 'internal', { 'service.type': 'LoadBalancer' }),
  inService('loadBalancerSourceRanges', ['10.0.0.0/8'], { 'service.type': 'LoadBalancer' }),
  inService('externalTrafficPolicy', 'Local', { 'service.type': 'LoadBalancer' }),
  {
    path: 'service.annotations',
    value: { zone: 'internal' },
    check: ({ find }) => expect(find('Service').metadata.annotations).toMatchObject({ zone: 'internal' }),
  },
];

const ingresses: readonly ValueCase[] = [
  {
    path: 'ingress.enabled',
    value: true,
    check: (rendering) => {
      expect(ingress(rendering)['rules']).toEqual([
        {
          http: {
            paths: [
              {
                path: '/mcp',
                pathType: 'Prefix',
                backend: { service: { name: 'demo-anypod', port: { name: 'http' } } },
              },
            ],
          },
        },
      ]);
    },
  },
  {
    path: 'ingress.className',
    value: 'nginx',
    with: INGRESS,
    check: (rendering) => expect(ingress(rendering)['ingressClassName']).toBe('nginx'),
  },
  {
    path: 'ingress.preset',
    value: 'nginx',
    with: { ...INGRESS, 'config.maxBody': 10_485_760 },
    check: ({ find }) => {
      expect(find('Ingress').metadata.annotations).toMatchObject({
        'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
        'nginx.ingress.kubernetes.io/proxy-body-size': '10485760',
      });
    },
  },
  {
    path: 'ingress.preset',
    value: 'haproxy',
    with: INGRESS,
    check: ({ find }) => {
      expect(find('Ingress').metadata.annotations).toMatchObject({
        'haproxy-ingress.github.io/timeout-server': '1h',
        'haproxy.org/timeout-server': '1h',
      });
    },
  },
  {
    path: 'ingress.annotations',
    value: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '60' },
    with: { ...INGRESS, 'ingress.preset': 'nginx' },
    check: ({ find }) => {
      expect(find('Ingress').metadata.annotations).toMatchObject({
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '60',
        'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      });
    },
  },
  {
    path: 'ingress.hosts',
    value: ['a.example.com', 'b.example.com'],
    with: INGRESS,
    check: (rendering) => {
      expect(ingress(rendering)['rules'].map(({ host }: Manifest) => host)).toEqual(['a.example.com', 'b.example.com']);
    },
  },
  {
    path: 'ingress.extraPaths',
    value: ['/.well-known/oauth-protected-resource'],
    with: INGRESS,
    check: (rendering) => {
      expect(ingress(rendering)['rules'][0].http.paths.map(({ path }: Manifest) => path)).toEqual([
        '/mcp',
        '/.well-known/oauth-protected-resource',
      ]);
    },
  },
  {
    path: 'ingress.tls',
    value: [{ hosts: ['a.example.com'], secretName: 'tls' }],
    with: INGRESS,
    check: (rendering) => {
      expect(ingress(rendering)['tls']).toEqual([{ hosts: ['a.example.com'], secretName: 'tls' }]);
    },
  },
];

const routes: readonly ValueCase[] = [
  {
    path: 'httpRoute.enabled',
    value: true,
    needs: { 'httpRoute.parentRefs': PARENT },
    check: (rendering) => {
      expect(route(rendering)['rules'][0]).toMatchObject({
        matches: [{ path: { type: 'PathPrefix', value: '/mcp' } }],
        timeouts: { request: '0s', backendRequest: '0s' },
        backendRefs: [{ name: 'demo-anypod', port: 80 }],
      });
    },
  },
  {
    path: 'httpRoute.parentRefs',
    value: PARENT,
    instead: [{ name: 'other' }],
    with: { 'httpRoute.enabled': true },
    check: (rendering) => expect(route(rendering)['parentRefs']).toEqual(PARENT),
  },
  {
    path: 'httpRoute.hostnames',
    value: ['a.example.com'],
    with: ROUTE,
    check: (rendering) => expect(route(rendering)['hostnames']).toEqual(['a.example.com']),
  },
  {
    path: 'httpRoute.extraPaths',
    value: ['/more'],
    with: ROUTE,
    check: (rendering) => {
      const matches: Manifest[] = route(rendering)['rules'][0].matches;
      expect(matches.map(({ path }) => path.value)).toEqual(['/mcp', '/more']);
    },
  },
  {
    path: 'httpRoute.filters',
    value: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }],
    with: ROUTE,
    check: (rendering) => expect(route(rendering)['rules'][0].filters[0].type).toBe('ResponseHeaderModifier'),
  },
  {
    path: 'httpRoute.annotations',
    value: { zone: 'edge' },
    with: ROUTE,
    check: ({ find }) => expect(find('HTTPRoute').metadata.annotations).toMatchObject({ zone: 'edge' }),
  },
];

const policies: readonly ValueCase[] = [
  {
    path: 'networkPolicy.enabled',
    value: true,
    check: (rendering) => {
      expect(policy(rendering)).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
      const toRedis = rendering.find('NetworkPolicy', '-redis')['spec'];
      expect(toRedis.ingress[0].from[0].podSelector.matchLabels).toMatchObject({
        'app.kubernetes.io/component': 'server',
      });
    },
  },
  {
    path: 'networkPolicy.allowFrom',
    value: [EDGE],
    with: POLICY,
    check: (rendering) => expect(policy(rendering)['ingress'][0].from).toContainEqual(EDGE),
  },
  {
    path: 'networkPolicy.allowMetricsFrom',
    value: [EDGE],
    with: POLICY,
    check: (rendering) => {
      expect(policy(rendering)['ingress']).toContainEqual({
        from: [EDGE],
        ports: [{ port: 'metrics', protocol: 'TCP' }],
      });
    },
  },
  {
    path: 'networkPolicy.redisTo',
    value: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    with: { ...POLICY, 'redis.enabled': false, 'externalRedis.host': 'redis.example.com', 'externalRedis.port': 6380 },
    check: (rendering) => {
      expect(policy(rendering)['egress']).toContainEqual({
        to: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
        ports: [{ port: 6380, protocol: 'TCP' }],
      });
    },
  },
  {
    path: 'networkPolicy.redisPorts',
    value: [6380, 16_380],
    with: { ...POLICY, 'redis.enabled': false, 'externalRedis.url': 'redis+cluster://redis.example.com:6380' },
    check: (rendering) => expect(egressPorts(rendering)).toEqual([...DNS, 6380, 16_380]),
  },
  ...URLS.map(([url, ports]): ValueCase => {
    return {
      path: 'externalRedis.url',
      value: url,
      instead: 'redis://redis.example.com:9999',
      with: { ...POLICY, 'redis.enabled': false },
      check: (rendering) => expect(egressPorts(rendering)).toEqual([...DNS, ...ports]),
    };
  }),
  {
    path: 'networkPolicy.extraEgress',
    value: [{ to: [EDGE] }],
    with: POLICY,
    check: (rendering) => expect(policy(rendering)['egress']).toContainEqual({ to: [EDGE] }),
  },
  {
    path: 'networkPolicy.extraIngress',
    value: [{ from: [EDGE] }],
    with: POLICY,
    check: (rendering) => expect(policy(rendering)['ingress']).toContainEqual({ from: [EDGE] }),
  },
];

export const network: readonly ValueCase[] = [...services, ...ingresses, ...routes, ...policies];
