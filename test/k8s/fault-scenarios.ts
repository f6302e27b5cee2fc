import { setTimeout as delay } from 'node:timers/promises';
import type { FailureKind } from '../chaos/records.ts';
import { runName } from '../chaos/run-name.ts';
import { restart } from './rollout-scenarios.ts';
import { DEPLOYMENT, deployed, firstServer, REPLICAS, rolloutEnded, type Scenario } from './scenario.ts';

/**
 * Run in a pod: kills the server's process and prints its number. A container's first process cannot be killed from within, so the pod's
 * containers share their processes.
 */
const KILL_SERVER = `
const fs = require('node:fs');
const isServer = (pid) => fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0').includes('serve');
const pid = Number(fs.readdirSync('/proc').find((name) => /^\\d+$/.test(name) && isServer(name)));
process.kill(pid, 'SIGKILL');
console.log(pid);
`;

/** After its pod is no longer ready, a Service sends connections to it for so long. */
const PROXY_NOTICES_MS = 1500;

/** What nothing can save: a call that is not re-runnable, and a request whose client knows no event id. */
const POD_LOST: readonly FailureKind[] = ['pod_lost', 'cut'];

/** The first process of a container, as the pod's own image has it. */
const FIRST_PROCESS = 1;

/** A fault that costs something, but no session and no event. */
export const FAULTS: readonly Scenario[] = [
  {
    id: 'force',
    name: '`kubectl delete pod --grace-period=0 --force`',
    failures: POD_LOST,
    prepare: deployed,
    async act(stage, load) {
      const pod = await firstServer(stage);
      await load.lose(async () => {
        await stage.kubectl.run(['delete', 'pod', pod, '--grace-period=0', '--force']);
        // The object is gone, so nobody says when the process is: before another pod is ready.
        await stage.servers(REPLICAS);
        return runName(FIRST_PROCESS, pod);
      });
    },
  },
  {
    id: 'kill',
    name: 'SIGKILL of a server process',
    failures: POD_LOST,
    async prepare(stage) {
      await deployed(stage);
      const spec = { template: { spec: { shareProcessNamespace: true } } };
      await stage.kubectl.run(['patch', DEPLOYMENT, '--patch', JSON.stringify({ spec })]);
      await rolloutEnded(stage);
    },
    async act(stage, load) {
      const pod = await firstServer(stage);
      await load.lose(async () => {
        const args = ['exec', pod, '--container', 'server', '--', '/usr/local/bin/node', '-e', KILL_SERVER];
        const run = runName(Number(await stage.kubectl.run(args)), pod);
        await stage.restarted(pod);
        await delay(PROXY_NOTICES_MS);
        return run;
      });
      await stage.servers(REPLICAS);
    },
  },
  {
    id: 'redis',
    name: '`kubectl delete pod` of Redis',
    failures: ['refused'],
    prepare: deployed,
    async act(stage) {
      await stage.kubectl.run(['delete', 'pod', (await stage.redis()).name]);
      await stage.redis();
    },
  },
];

/** A server that ends at once, in pods that give it no time. */
export const NAIVE: Scenario = {
  id: 'naive',
  name: 'negative control: rolling restart without preStop and drain',
  mustFail: true,
  async prepare(stage) {
    await stage.deploy({ 'drain.preStop': 0, 'config.drainDelay': 0, 'server.module': 'test/k8s/naive-server.ts' });
    await rolloutEnded(stage);
  },
  act: restart,
};
