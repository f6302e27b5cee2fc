import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 5;
const LATEST_MS = 30_000;

/** Resolves with the first 200 of `/readyz`; throws `failed()` where the pod is no longer `running`, or takes half a minute. */
export async function untilReady(port: number, running: () => boolean, failed: () => string): Promise<void> {
  const began = performance.now();
  while (!(await isReady(port))) {
    if (!running() || performance.now() - began > LATEST_MS) throw new Error(failed());
    await delay(POLL_MS);
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false)).end();
  });
}
