import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../manifests/documents.ts';
import { podTemplates } from '../manifests/pod-templates.ts';
import { runBatch } from './batch-chart.ts';
import { HELM_MAJORS } from './helm.ts';
import { render } from './render.ts';
import { expectSound } from './soundness.ts';
import { nest } from './values.ts';

const BLUE_GREEN = { 'blueGreen.enabled': true, 'blueGreen.activeColor': 'blue' };
const SCALED_BLUE_GREEN = { ...BLUE_GREEN, 'blueGreen.blue.replicas': 2, 'blueGreen.green.replicas': 0 };
const DNS = [53, 53, 5353, 5353];
const POLICY = { 'networkPolicy.enabled': true, 'redis.enabled': false };

async function egressPorts(values: Readonly<Record<string, unknown>>): Promise<number[]> {
  const { find } = await render(nest({ ...POLICY, ...values }));
  return find('NetworkPolicy')['spec'].egress.flatMap(({ ports }: Manifest) => ports.map(({ port }: Manifest) => port));
}

describe.concurrent('together', () => {
  it('a parent chart switches it on and off with `enabled`, which this chart does not read', async () => {
    for (const helm of HELM_MAJORS) {
      const runs = [true, false].map((enabled) =>
        runBatch(['template', 'demo'], [{ enabled }], {
          helm,
          prepare: (folder) => {
            const chart = JSON.parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8'));
            chart.dependencies[0].condition = 'c0.enabled';
            writeFileSync(join(folder, 'Chart.yaml'), JSON.stringify(chart));
          },
        }),
      );
      const [on, off] = await Promise.all(runs);
      expect([on?.ok, off?.ok]).toEqual([true, true]);
      expect([on?.stdout.includes('kind: Deployment'), off?.stdout.trim()]).toEqual([true, '']);
    }
  });

  it('blue-green and Secrets that exist render the same each time, as Argo CD needs it [chart.blue-green]', async () => {
    const values = nest({ ...SCALED_BLUE_GREEN, 'secret.existingSecret': 's', 'redis.auth.existingSecret': 'r' });
    const [first, second] = await Promise.all([render(values), render(values)]);
    expect(second.text).toBe(first.text);
  });

  it('blue-green and autoscaling give each colour an autoscaler of its own [chart.scaled]', async () => {
    const rendering = await render(nest({ ...BLUE_GREEN, 'autoscaling.enabled': true }));
    const targets = rendering.all('HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef.name);
    expect(targets).toEqual(['demo-anypod-blue', 'demo-anypod-green']);
    await expectSound(rendering);
  });

  it('a network policy and Sentinels or a Cluster let pods reach the ports that are named', async () => {
    const sentinel = { 'externalRedis.sentinel.nodes': ['s1', 's2:26380'], 'externalRedis.sentinel.masterName': 'm' };
    expect(await egressPorts(sentinel)).toEqual([...DNS, 6379, 26_379, 26_380]);
    expect(await egressPorts({ 'externalRedis.cluster.nodes': ['c1:7000', 'c2'] })).toEqual([...DNS, 6379, 7000]);
  });

  it('everything that can be switched on is sound [chart.restricted] [chart.secrets] [chart.liveness]', async () => {
    const rendering = await render(
      nest({
        ...BLUE_GREEN,
        'autoscaling.enabled': true,
        'autoscaling.targetOpenStreams': 500,
        'ingress.enabled': true,
        'ingress.preset': 'haproxy',
        'httpRoute.enabled': true,
        'httpRoute.parentRefs': [{ name: 'gateway' }],
        'networkPolicy.enabled': true,
        'metrics.serviceMonitor.enabled': true,
        'redis.persistence.enabled': true,
        'payloadKeys.existingSecret': 'payload',
        'server.source': 'configMap',
        'server.inline': 'export default () => undefined;',
      }),
    );
    expect(rendering.manifests.length).toBeGreaterThan(18);
    await expectSound(rendering);
  });
});

describe.concurrent('a release', () => {
  it('that is called like the chart does not say so twice', async () => {
    const { manifests } = await render({}, { release: 'anypod' });
    expect(manifests.filter(({ metadata }) => metadata.name.includes('anypod-anypod'))).toEqual([]);
  });

  it.each([
    ['Helm allows', {}, 'r'.repeat(53)],
    ['a value can make it', { fullnameOverride: 'n'.repeat(80) }, 'demo'],
    ['a release and a value can make it', { nameOverride: 'n'.repeat(63) }, 'r'.repeat(53)],
  ])(
    'with a name as long as %s has names and labels that Kubernetes allows, and no two the same',
    async (_, values, release) => {
      const rendering = await render(nest({ ...SCALED_BLUE_GREEN, 'networkPolicy.enabled': true, ...values }), {
        release,
      });
      const names = rendering.manifests.map(({ metadata }) => metadata.name);
      expect(names.filter((name) => !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))).toEqual([]);
      // Kubernetes makes a label of at most 63 characters of the StatefulSet's name, a hyphen and a hash of 10.
      expect(rendering.all('StatefulSet').filter(({ metadata }) => metadata.name.length > 52)).toEqual([]);
      const labels = rendering.manifests.flatMap(({ metadata }) => Object.values(metadata.labels ?? {}));
      expect(labels.filter((label) => !/^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(label))).toEqual([]);
      await expectSound(rendering);
    },
  );

  it('puts every object into its namespace', async () => {
    const { manifests } = await render(nest({ ...SCALED_BLUE_GREEN, 'networkPolicy.enabled': true }));
    expect(manifests.filter(({ metadata }) => metadata.namespace !== 'tools')).toEqual([]);
  });

  it('selects no pod of another release in its namespace', async () => {
    const [first, second] = await Promise.all([render({}, { release: 'first' }), render({}, { release: 'second' })]);
    const others = podTemplates(second.manifests);
    for (const { spec } of [...first.all('Service'), ...first.all('PodDisruptionBudget')]) {
      const labels = Object.entries(spec.selector.matchLabels ?? spec.selector);
      const selected = others.filter((pod) => labels.every(([key, value]) => pod.labels[key] === value));
      expect(selected.map(({ owner }) => owner)).toEqual([]);
    }
  });

  it('sends the traffic to the server’s pods only, never to Redis or the check', async () => {
    const { find, manifests } = await render();
    const labels = Object.entries(find('Service')['spec'].selector);
    const selected = podTemplates(manifests).filter((pod) => labels.every(([key, value]) => pod.labels[key] === value));
    expect(selected.map(({ owner }) => owner)).toEqual(['Deployment demo-anypod']);
  });
});
