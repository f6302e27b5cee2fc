import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startChild } from '../lib/child.ts';
import { startPod } from '../lib/pods.ts';
import { FIXTURE } from './deployment.ts';
import { SERVICE, startServicePod } from './service-pods.ts';

const MAIN = fileURLToPath(new URL(`../../${SERVICE}`, import.meta.url));

async function refused(env: Record<string, string>, args: readonly string[] = []): Promise<string> {
  const { PATH, HOME } = process.env;
  const child = startChild(process.execPath, [MAIN, 'serve', FIXTURE, ...args], { env: { PATH, HOME, ...env } });
  expect(await child.exited).toEqual({ code: 2, signal: null });
  return child.logs();
}

describe('the settings of the service', () => {
  test('that are wrong are named together with those of the pod', async () => {
    const logs = await refused({ PORT: 'abc', ANYPOD_METRICS_PORT: '70000' }, ['--nonsense', 'x']);
    expect(logs).toContain('PORT: must be a port number');
    expect(logs).toContain('ANYPOD_METRICS_PORT: must be 65535 or less');
    expect(logs).toContain('--nonsense: unknown flag');
    expect(logs).not.toContain(' at ');
  });

  test('name the port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const logs = await refused({ PORT: '0', ANYPOD_METRICS_PORT: `${port}` });
    expect(logs).toContain(`ANYPOD_METRICS_PORT: 127.0.0.1:${port} is in use; choose another`);
    taken.close();
  });

  test('with HOST=:: let the pod and its metrics be reached over IPv6 and IPv4', async () => {
    const pod = await startServicePod({ module: FIXTURE, env: { HOST: '::' } });
    // A kernel without IPv6 has only the one.
    const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'));
    const statusOf = async (url: string, host: string) => (await fetch(url.replace('127.0.0.1', host))).status;
    for (const host of ['127.0.0.1', ...(hasIpv6 ? ['[::1]'] : [])]) {
      expect(await statusOf(`${pod.origin}/readyz`, host)).toBe(200);
      expect(await statusOf(`${pod.metrics}/metrics`, host)).toBe(200);
      expect(await statusOf(pod.metrics, host)).toBe(404);
    }
    expect(await pod.stop()).toEqual({ code: 0, signal: null });
  });

  test('turn metrics off: two pods with port 0 run on one machine', async () => {
    const options = { module: FIXTURE, program: SERVICE, env: { ANYPOD_METRICS_PORT: '0' } };
    const pods = [await startPod(options), await startPod(options)];
    for (const pod of pods) expect(await pod.stop()).toEqual({ code: 0, signal: null });
  });
});
