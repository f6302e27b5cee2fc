import type { Finding } from '../finding.ts';
import { percentile } from '../percentiles.ts';
import { connectWire, inParallel } from '../wire.ts';
import type { Deployment } from './deployment.ts';
import { isUnavailable } from './steady-calls.ts';
import { meterDeployment, usageEach } from './usage.ts';

const AT_ONCE = 64;

/** One call in each session, on a pod that does not know it, through the balancers. */
export async function touchSessions(deployment: Deployment, sessions: readonly string[]): Promise<Finding> {
  const clients = deployment.balancers.map(({ url }) => connectWire(url, AT_ONCE));
  const meter = await meterDeployment(deployment);
  const latencies: number[] = [];
  let unavailable = 0;
  const reasons: string[] = [];
  try {
    const use = await meter.of(() =>
      inParallel(sessions.entries(), AT_ONCE, async ([index, session]) => {
        const began = performance.now();
        try {
          await clients[index % clients.length]?.call(session, 'wait', { ms: 0 });
          latencies.push(performance.now() - began);
        } catch (error) {
          if (isUnavailable(error)) unavailable += 1;
          else reasons.push(String(error));
        }
      }),
    );
    if (reasons.length > 0) console.error(`touched: ${reasons[0]}`);
    const one = usageEach(use, sessions.length);
    return {
      study: 'scale',
      subject: `${sessions.length} of them touched, each on a pod that did not know it`,
      values: {
        'calls answered with 503': unavailable,
        'calls that failed otherwise': reasons.length,
        'calls per second': sessions.length / use.seconds,
        'p50 ms': percentile(latencies, 0.5),
        'p99 ms': percentile(latencies, 0.99),
        'commands per call': one.commands,
        'CPU µs of the masters per call': one.cpuUs,
        'CPU µs of the pods per call': one.podCpuUs,
        'more bytes in Redis per session': one.keptBytes,
      },
      promises: [{ sentence: 'Every pod answers in every session.', held: reasons.length + unavailable === 0 }],
    };
  } finally {
    meter.close();
    await Promise.all(clients.map((client) => client.close()));
  }
}
