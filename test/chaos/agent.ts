import { setTimeout as delay } from 'node:timers/promises';
import { startCuttingProxy } from '../lib/cutting-proxy.ts';
import { WIRE } from './clients.ts';
import { failureOf } from './failure.ts';
import type { Records } from './records.ts';
import { type Call, runCall } from './run-call.ts';

/** Where the agents' connections go: the balancer. */
export interface Balancer {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
}

const PAUSE_MS = 40;

/** An agent's three calls: its connections break after the second, and the third goes on in the same session. */
export async function runAgent({ host, port }: Balancer, records: Records): Promise<void> {
  const proxy = await startCuttingProxy(port, host);
  const startedAt = performance.now();
  try {
    const client = await WIRE.connect({ url: new URL(proxy.url), name: 'agent' });
    const effect = crypto.randomUUID();
    const args = { key: effect, steps: 4, ms: 50 };
    const run = async (call: Call) => {
      const record = await runCall(client, 'agent', call, true);
      records.calls.push(record);
      return record.failure === undefined;
    };
    const isWell =
      (await run({ tool: 'count', args: { steps: 4, ms: 50 }, steps: 4, expected: '4', rerunnable: true })) &&
      (await run({ tool: 'charge', args, steps: 4, expected: '4', effect }));
    await proxy.cut('all');
    await delay(PAUSE_MS);
    if (isWell) await run({ tool: 'charged', args: { key: effect }, steps: 0, expected: '1' });
    await client.close();
  } catch (error) {
    const failure = failureOf(error, { hasId: false, modern: false });
    records.calls.push({
      client: 'agent',
      tool: 'initialize',
      steps: 0,
      rerunnable: true,
      startedAt,
      endedAt: performance.now(),
      seen: [],
      failure,
    });
    await delay(500);
  } finally {
    await proxy.stop();
  }
}
