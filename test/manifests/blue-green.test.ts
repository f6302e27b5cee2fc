import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseManifests } from './documents.ts';

const SCRIPT = join(import.meta.dirname, '../../k8s/blue-green.sh');
const FAKE = join(import.meta.dirname, 'fake-kubectl');

/** The files of the fake cluster: blue has the traffic and two pods. */
const CLUSTER: Readonly<Record<string, string>> = {
  anypod: 'blue',
  'anypod-preview': 'green',
  blue: '2',
  green: '0',
  ready: '',
  phase: 'Succeeded',
  'metrics-port': '9464',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anypod-blue-green-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string) => readFileSync(join(folder, name), 'utf8');

/** Runs the script on the cluster with some of it changed; undefined: without that file. */
async function run(arguments_: readonly string[], changed: Readonly<Record<string, string | undefined>> = {}) {
  for (const [name, content] of Object.entries({ ...CLUSTER, ...changed })) {
    if (content === undefined) rmSync(join(folder, name), { force: true });
    else writeFileSync(join(folder, name), content);
  }
  const env = { ...process.env, PATH: `${FAKE}${delimiter}${process.env['PATH']}`, FAKE_CLUSTER: folder };
  return new Promise<{ code: number; text: string }>((resolve) => {
    execFile(SCRIPT, arguments_, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });
}

describe('blue-green.sh', () => {
  it('run replaces blue by green, and lets blue drain last', async () => {
    const { code, text } = await run(['run', 'anypod:2', '--tool', "it's"]);
    expect(text).toContain('existing connections stay on blue: 3 streams, 1 calls');
    expect(code).toBe(0);
    expect([fileOf('anypod'), fileOf('anypod-preview'), fileOf('blue'), fileOf('green')]).toEqual([
      'green',
      'blue',
      '0',
      '2',
    ]);
    const steps = fileOf('log').match(/^(set image|scale|rollout status|create|patch service anypod) .*/gm);
    expect(steps).toEqual([
      'set image deployment/anypod-green server=anypod:2',
      'scale deployment anypod-green --replicas=2',
      'rollout status deployment/anypod-green --timeout=300s',
      'create -f -',
      'patch service anypod --type merge -p {"spec":{"selector":{"color":"green"}}}',
      'scale deployment anypod-blue --replicas=0',
    ]);
  });

  it('checks with a pod that asks both colours', async () => {
    await run(['--tool', "it's", 'check']);
    const [pod] = parseManifests(fileOf('created'));
    const pods = '10.0.0.1:3000,10.0.0.1:3000';
    const url = 'http://anypod-preview:80/mcp';
    expect(pod?.['spec'].containers[0].args).toEqual(['doctor', url, '--smoke', '--pods', pods, '--tool', "it's"]);
    // It runs where the pods of the colour run.
    expect(pod?.['spec'].tolerations).toEqual([{ key: 'spot', operator: 'Exists' }]);
  });

  it.each([
    ['is not ready', { ready: undefined }, 'green is not ready. The traffic was not moved'],
    ['does not pass the check', { phase: 'Failed' }, 'green did not pass the check. The traffic was not moved'],
  ])('flips nothing where the idle colour %s [pod.blue-green.refuses]', async (_, changed, sentence) => {
    for (const command of [['run', 'anypod:2'], ['flip']]) {
      const { code, text } = await run(command, { ...changed, green: '2' });
      expect(text).toContain(sentence);
      expect([code, fileOf('anypod'), fileOf('blue')]).toEqual([1, 'blue', '2']);
    }
  });

  it('flips to no colour without pods [pod.blue-green.refuses]', async () => {
    const { code, text } = await run(['flip']);
    expect(text).toContain('green has no pods. The traffic was not moved. Start pods with');
    expect([code, fileOf('anypod')]).toEqual([1, 'blue']);
  });

  it('refuses a colour that it does not know', async () => {
    const { code, text } = await run(['flip'], { anypod: 'red' });
    expect(text).toContain("selects the colour 'red', which is neither blue nor green");
    expect([code, fileOf('anypod')]).toEqual([1, 'red']);
  });

  it('rollback starts the colour that was retired before it gives the traffic back', async () => {
    await run(['rollback']);
    expect([fileOf('anypod'), fileOf('blue'), fileOf('green')]).toEqual(['green', '2', '2']);
  });

  it('rollback does not give the traffic to an image that never had it [pod.blue-green.refuses]', async () => {
    await run(['deploy', 'anypod:2'], { phase: 'Failed' });
    const { code, text } = await run(['rollback'], { green: '2' });
    expect(text).toContain('the current image of green never had the traffic');
    expect([code, fileOf('anypod')]).toEqual([1, 'blue']);
    await run(['run', 'anypod:2']);
    await run(['rollback'], { anypod: 'green', 'anypod-preview': 'blue', blue: '0', green: '2' });
    expect(fileOf('anypod')).toBe('blue');
  });

  it.each([
    ['serve no metrics', { 'metrics-port': '' }, 'load unknown, because metrics are off'],
    ['do not answer', { silent: '' }, '0 streams, 0 calls; pods without an answer: 1'],
  ])('says so where pods %s', async (_, changed, sentence) => {
    const { text } = await run(['status'], changed);
    expect(text.split('\n')[0]).toContain(sentence);
  });

  it('status says who gets the traffic, and what each colour has', async () => {
    const { text } = await run(['status']);
    expect(text).toMatch(/^blue +traffic .*3 streams, 1 calls/m);
    expect(text).toMatch(/^green +preview .*0 streams, 0 calls/m);
  });

  it.each([[[]], [['nonsense']], [['deploy']]])('%j is refused with exit code 2', async (arguments_) => {
    expect((await run(arguments_)).code).toBe(2);
  });

  it('has nothing that shellcheck minds', () => {
    execFileSync('shellcheck', [SCRIPT]);
  });
});
