import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuTime } from '../../bench/cpu-time.ts';

const PERIOD_US = 100_000;
const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

export interface CpuUsage {
  /** ms, monotonic. */
  readonly at: number;
  readonly cpuSeconds: number;
  readonly throttledPeriods: number;
}

export interface CpuLimit {
  /** Of all limited processes together. */
  usage(): CpuUsage;
  lift(): void;
}

/**
 * Gives each process a quota of its own, as Kubernetes does with a CPU limit. Needs root and a cgroup controller for CPU, version 1 or 2;
 * throws where there is none.
 */
export function limitCpu(pids: readonly number[], cores: number): CpuLimit {
  const version = existsSync(join(V1, 'cpu.cfs_quota_us')) ? one : two;
  if (version === two && !existsSync(join(V2, 'cgroup.controllers'))) throw new Error('A CPU limit needs cgroups.');
  const groups = pids.map((pid) => {
    const group = join(version.root, `anypod-loadtest-${pid}`);
    mkdirSync(group);
    version.limit(group, cores);
    writeFileSync(join(group, 'cgroup.procs'), `${pid}`);
    return group;
  });
  return {
    usage() {
      return {
        at: performance.now(),
        cpuSeconds: sum(pids.map(cpuTime)) / 1e6,
        throttledPeriods: sum(groups.map(throttledPeriods)),
      };
    },
    lift() {
      for (const group of groups) release(group, version.root);
    },
  };
}

function release(group: string, root: string): void {
  for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    writeFileSync(join(root, 'cgroup.procs'), pid);
  }
  rmdirSync(group);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const throttledPeriods = (group: string): number =>
  Number(/^nr_throttled (\d+)/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]);

const one = {
  root: V1,
  limit(group: string, cores: number) {
    writeFileSync(join(group, 'cpu.cfs_period_us'), `${PERIOD_US}`);
    writeFileSync(join(group, 'cpu.cfs_quota_us'), `${Math.round(PERIOD_US * cores)}`);
  },
};

const two = {
  root: V2,
  limit: (group: string, cores: number) =>
    writeFileSync(join(group, 'cpu.max'), `${Math.round(PERIOD_US * cores)} ${PERIOD_US}`),
};
