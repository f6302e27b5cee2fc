import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNamespace, type Namespace } from './namespace.ts';

const WAIT = ['--wait', '--timeout', '220s'];
const BLUE_GREEN = { 'blueGreen.enabled': true };

// The tests of a version of Helm are one story: each goes on with the release of the one before.
describe.each(['4', '3'] as const)('a release of helm %s', (major) => {
  let namespace: Namespace;

  beforeAll(async () => {
    namespace = await createNamespace(`anypod-chart-helm-${major}`, major);
  });

  afterAll(() => namespace?.delete());

  const get = (object: string, path: string) => namespace.kubectl(['get', object, '--output', `jsonpath={${path}}`]);
  const upgrade = (values: Readonly<Record<string, unknown>>) => namespace.helm(['upgrade', 'demo', ...WAIT], values);
  const secrets = async () => [
    await get('secret/demo-anypod', '.data'),
    await get('secret/demo-anypod-redis', '.data'),
  ];
  const trafficTo = () => get('service/demo-anypod', '.spec.selector.color');
  const replicasOf = (color: string) => get(`deployment/demo-anypod-${color}`, '.spec.replicas');

  it('is installed without a value and gets ready', async () => {
    await namespace.helm(['install', 'demo', ...WAIT]);
    expect(await get('deployment/demo-anypod', '.status.readyReplicas')).toBe('2');
    expect(await get('statefulset/demo-anypod-redis', '.status.readyReplicas')).toBe('1');
  });

  it('passes helm test: a stream is resumed on another pod [chart.check]', async () => {
    const printed = await namespace.helm(['test', 'demo', '--logs', '--timeout', '120s']);
    expect(printed).toMatch(/Phase:\s+Succeeded/);
  });

  it('keeps its secrets over an upgrade, and its pods where nothing changes [chart.secrets]', async () => {
    const [before, pods] = [await secrets(), await get('deployment/demo-anypod', '.metadata.generation')];
    await upgrade({});
    expect(await secrets()).toEqual(before);
    expect(await get('deployment/demo-anypod', '.metadata.generation')).toBe(pods);
    await upgrade({ 'config.logLevel': 'debug' });
    expect(await secrets()).toEqual(before);
    expect(await get('deployment/demo-anypod', '.metadata.generation')).not.toBe(pods);
  });

  it('replaces Redis and the server when an upgrade finds another password in the Secret [chart.secrets]', async () => {
    const password = (value: string) => JSON.stringify({ stringData: { password: value } });
    const checksum = (object: string) => get(object, '.spec.template.metadata.annotations.checksum/redis');
    const checksums = async () => [
      await checksum('deployment/demo-anypod'),
      await checksum('statefulset/demo-anypod-redis'),
    ];
    await namespace.kubectl(['create', 'secret', 'generic', 'given', '--from-literal=password=first']);
    await upgrade({ 'redis.auth.existingSecret': 'given' });
    const before = await checksums();
    await namespace.kubectl(['patch', 'secret', 'given', '--patch', password('second')]);
    await upgrade({ 'redis.auth.existingSecret': 'given' });
    const after = await checksums();
    expect([new Set(before).size, new Set(after).size, new Set([...before, ...after]).size]).toEqual([1, 1, 2]);
    // The upgrade has waited for pods that are ready, and a pod is ready only once Redis has taken its password.
    expect(await get('deployment/demo-anypod', '.status.updatedReplicas')).toBe('2');
    await upgrade({});
  });

  it('refuses another volume for its Redis [chart.refusals]', async () => {
    // What the first install chose depends on whether the cluster has a default StorageClass.
    const { ok, stderr } = await namespace.tryHelm(['upgrade', 'demo'], {
      'redis.persistence.enabled': true,
      'redis.persistence.size': '3Gi',
    });
    expect(ok).toBe(false);
    expect(stderr).toMatch(
      /redis\.persistence asks for 3Gi ReadWriteOnce, but the Redis of this release has (no volume|2Gi ReadWriteOnce),/,
    );
  });

  it('needs no word about colours where it sees the namespace, and asks where it does not [chart.blue-green]', async () => {
    const dryRun = ['install', 'colored', '--dry-run=server'];
    const seen = await namespace.tryHelm(dryRun, BLUE_GREEN);
    expect([seen.ok, seen.stderr]).toEqual([true, '']);
    const unseen = await namespace.tryHelm([...dryRun, '--namespace', 'nowhere', '--create-namespace'], BLUE_GREEN);
    expect(unseen.stderr).toContain('set blueGreen.activeColor, blueGreen.blue.replicas, blueGreen.green.replicas');
  });

  it('becomes blue-green with the traffic on blue', async () => {
    await upgrade(BLUE_GREEN);
    expect(await trafficTo()).toBe('blue');
    expect([await replicasOf('blue'), await replicasOf('green')]).toEqual(['2', '0']);
  });

  it('refuses a flip to a colour without ready pods [chart.blue-green]', async () => {
    const { ok, stderr } = await namespace.tryHelm(['upgrade', 'demo', ...WAIT], {
      ...BLUE_GREEN,
      'blueGreen.activeColor': 'green',
    });
    expect(ok).toBe(false);
    expect(stderr).toContain('Deployment demo-anypod-green has no ready pods, so the flip would be an outage');
    expect(await trafficTo()).toBe('blue');
  });

  it('leaves the traffic and the pods where a flip by kubectl has put them [chart.blue-green]', async () => {
    await namespace.kubectl(['scale', 'deployment/demo-anypod-green', '--replicas=2']);
    await namespace.kubectl(['rollout', 'status', 'deployment/demo-anypod-green', '--timeout=120s']);
    await namespace.kubectl(['patch', 'service', 'demo-anypod', '-p', '{"spec":{"selector":{"color":"green"}}}']);
    await namespace.kubectl(['scale', 'deployment/demo-anypod-blue', '--replicas=0']);
    await upgrade({ ...BLUE_GREEN, 'config.logLevel': 'debug' });
    expect(await trafficTo()).toBe('green');
    expect([await replicasOf('blue'), await replicasOf('green')]).toEqual(['0', '2']);
  });

  it('leaves nothing but its secrets after an uninstall, and takes them again', async () => {
    const before = await secrets();
    await namespace.helm(['uninstall', 'demo', ...WAIT]);
    const left = await namespace.kubectl(['get', 'all,pdb,sa,cm,secret', '--output', 'name']);
    const own = left.split('\n').filter((name) => name.includes('anypod') && !name.startsWith('pod/'));
    expect(own).toEqual(['secret/demo-anypod', 'secret/demo-anypod-redis']);
    await namespace.helm(['install', 'demo']);
    expect(await secrets()).toEqual(before);
    await namespace.helm(['uninstall', 'demo']);
  });
});
