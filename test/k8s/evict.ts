import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl, PodStatus } from './cluster/kubectl.ts';

/** A pod and its successor need this long at most. */
const EVICTED_WITHIN_MS = 120_000;
const ASK_AGAIN_MS = 1000;

/** The API server's 429: the disruption budget does not allow it at this moment. */
const REFUSED = /TooManyRequests|disruption budget/;

/** Asks for all evictions as `kubectl drain` does, again and again until each is allowed. Throws where the budget did not hold any back. */
export async function evictAll(kubectl: Kubectl, pods: readonly PodStatus[]): Promise<void> {
  const refusals = await Promise.all(pods.map(({ name }) => evict(kubectl, name)));
  if (refusals.every((count) => count === 0)) throw new Error('the disruption budget let all pods go at once');
}

/** Answers how often it was refused. */
async function evict(kubectl: Kubectl, name: string): Promise<number> {
  const { namespace } = kubectl;
  const metadata = { name, namespace };
  const input = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata });
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const until = Date.now() + EVICTED_WITHIN_MS;
  for (let refusals = 0; ; refusals += 1) {
    try {
      await kubectl.run(['create', '--raw', path, '--filename', '-'], { input });
      return refusals;
    } catch (error) {
      if (!REFUSED.test(String(error)) || Date.now() > until) throw error;
      await delay(ASK_AGAIN_MS);
    }
  }
}
