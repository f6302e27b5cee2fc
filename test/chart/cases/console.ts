import { expect } from 'vitest';
import type { Manifest } from '../../manifests/documents.ts';
import type { Rendering } from '../render.ts';
import type { ValueCase } from '../value-case.ts';

const ON = { 'console.enabled': true };
const OPERATORS = { ...ON, 'console.operatorPasswordKey': 'operator' };
const WITH_USER = { ...ON, 'console.redis.existingSecret': 'users' };
const WITH_USERS = {
  ...OPERATORS,
  'console.redis.existingSecret': 'users',
  'console.redis.operatorUsernameKey': 'operator-name',
  'console.redis.operatorPasswordKey': 'operator-word',
};
const PEERS = [{ namespaceSelector: { matchLabels: { team: 'operators' } } }];

const env = (rendering: Rendering, name: string) => rendering.env(name, '-console');
const policy = ({ find }: Rendering, suffix = ''): Manifest => find('NetworkPolicy', suffix)['spec'];
/** The components that a policy lets in. */
const lets = (rendering: Rendering, suffix: string) => JSON.stringify(policy(rendering, suffix)['ingress']);
const isConsole = '"app.kubernetes.io/component":"console"';

/** A key of the Secret with the Redis users. */
const inUsers = (key: string, variable: string, base: ValueCase['with'] = WITH_USER): ValueCase => ({
  path: `console.redis.${key}`,
  value: 'own-key',
  with: base ?? {},
  check: (rendering) => expect(env(rendering, variable)).toEqual({ name: 'users', key: 'own-key' }),
});

export const console: readonly ValueCase[] = [
  {
    path: 'console.enabled',
    value: true,
    with: { 'networkPolicy.enabled': true },
    check: (rendering) => {
      const { find, container, template, all } = rendering;
      expect(container('-console')).toMatchObject({ image: 'anypod:0.1.0', args: ['console'] });
      expect(template('-console')['spec'].securityContext).toEqual(template()['spec'].securityContext);
      expect(container('-console')['securityContext']).toEqual(container()['securityContext']);
      expect(env(rendering, 'ANYPOD_CONSOLE_PODS')).toBe('demo-anypod-metrics:9464');
      expect(env(rendering, 'REDIS_URL')).toBe('redis://demo-anypod-redis:6379');
      expect(env(rendering, 'REDIS_USERNAME')).toBe('console');
      expect(env(rendering, 'REDIS_PASSWORD')).toEqual({ name: 'demo-anypod-redis', key: 'console-password' });
      expect(env(rendering, 'ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME')).toBeUndefined();
      expect(env(rendering, 'ANYPOD_SECRET')).toBeUndefined();
      expect(find('Service', '-metrics')['spec']).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      expect(Object.keys(find('Secret', '-console')['data'])).toEqual(['password']);
      expect(
        all('Service').filter(({ spec }) => spec.selector['app.kubernetes.io/component'] === 'console'),
      ).toHaveLength(1);
      expect(lets(rendering, '')).toContain(isConsole);
      expect(lets(rendering, '-redis')).toContain(isConsole);
      expect(policy(rendering, '-console')['ingress']).toEqual([]);
    },
  },
  {
    path: 'console.existingSecret',
    value: 'given',
    with: ON,
    check: (rendering) => {
      expect(env(rendering, 'ANYPOD_CONSOLE_PASSWORD')).toEqual({ name: 'given', key: 'password' });
      expect(rendering.all('Secret').map(({ metadata }) => metadata.name)).not.toContain('demo-anypod-console');
    },
  },
  {
    path: 'console.passwordKey',
    value: 'viewer',
    with: ON,
    check: (rendering) => {
      expect(env(rendering, 'ANYPOD_CONSOLE_PASSWORD')).toEqual({ name: 'demo-anypod-console', key: 'viewer' });
      expect(Object.keys(rendering.find('Secret', '-console')['data'])).toEqual(['viewer']);
    },
  },
  {
    path: 'console.operatorPasswordKey',
    value: 'operator',
    with: ON,
    check: (rendering) => {
      const found = env(rendering, 'ANYPOD_CONSOLE_OPERATOR_PASSWORD');
      expect(found).toEqual({ name: 'demo-anypod-console', key: 'operator' });
      expect(Object.keys(rendering.find('Secret', '-console')['data']).sort()).toEqual(['operator', 'password']);
      expect(env(rendering, 'ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME')).toBe('console-operator');
      const word = env(rendering, 'ANYPOD_CONSOLE_OPERATOR_REDIS_PASSWORD');
      expect(word).toEqual({ name: 'demo-anypod-redis', key: 'console-operator-password' });
    },
  },
  {
    path: 'console.redis.existingSecret',
    value: 'users',
    with: ON,
    check: (rendering) => {
      expect(env(rendering, 'REDIS_USERNAME')).toEqual({ name: 'users', key: 'username' });
      expect(env(rendering, 'REDIS_PASSWORD')).toEqual({ name: 'users', key: 'password' });
      expect(rendering.text).toContain('- ">$(CONSOLE_PASSWORD)"');
    },
  },
  inUsers('usernameKey', 'REDIS_USERNAME'),
  inUsers('passwordKey', 'REDIS_PASSWORD'),
  inUsers('operatorUsernameKey', 'ANYPOD_CONSOLE_OPERATOR_REDIS_USERNAME', WITH_USERS),
  inUsers('operatorPasswordKey', 'ANYPOD_CONSOLE_OPERATOR_REDIS_PASSWORD', WITH_USERS),
  {
    path: 'console.port',
    value: 8443,
    with: ON,
    check: ({ find }) => expect(find('Service', '-console')['spec'].ports[0]).toMatchObject({ port: 8443 }),
  },
  {
    path: 'console.allowFrom',
    value: PEERS,
    with: { ...ON, 'networkPolicy.enabled': true },
    check: (rendering) =>
      expect(policy(rendering, '-console')['ingress']).toEqual([
        { from: PEERS, ports: [{ port: 'http', protocol: 'TCP' }] },
      ]),
  },
  {
    path: 'console.resources',
    value: { limits: { memory: '1Gi' } },
    with: ON,
    check: ({ container }) => expect(container('-console')['resources'].limits).toEqual({ memory: '1Gi' }),
  },
  {
    path: 'console.podLabels',
    value: { team: 'operators' },
    with: { ...ON, podLabels: { site: 'one' } },
    check: ({ template }) =>
      expect(template('-console').metadata.labels).toMatchObject({ team: 'operators', site: 'one' }),
  },
  {
    path: 'console.podAnnotations',
    value: { note: 'console' },
    with: ON,
    check: ({ template }) => expect(template('-console').metadata.annotations).toMatchObject({ note: 'console' }),
  },
];
