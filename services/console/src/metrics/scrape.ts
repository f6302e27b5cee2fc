import type { PodAddress } from 'anypod/operate';
import { METRIC_NAMES, type PodMetrics, podMetricsOf } from './pod-metrics.ts';
import { parseSamples } from './samples.ts';

/** How long a pod may take to answer, in ms, and the most bytes of its answer. */
const WITHIN_MS = 2000;
const MOST_BYTES = 8 * 1024 * 1024;

/** A pod that was asked for its metrics. */
export interface ScrapedPod {
  /** `host:port` */
  readonly address: string;
  readonly metrics?: PodMetrics;
  /** Why it has none. */
  readonly fault?: string;
}

/** Asks a pod for its metrics, for a bounded time. Never rejects. */
export async function scrapePod({ label }: PodAddress, stopping: AbortSignal): Promise<ScrapedPod> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(WITHIN_MS)]);
  try {
    const response = await fetch(`http://${label}/metrics`, { signal, redirect: 'error' });
    if (!response.ok) {
      await response.body?.cancel();
      return { address: label, fault: `answers with status ${response.status}` };
    }
    return { address: label, metrics: podMetricsOf(parseSamples(await textOf(response), METRIC_NAMES)) };
  } catch (error) {
    return { address: label, fault: faultOf(error) };
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error('too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function faultOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return `does not answer within ${WITHIN_MS / 1000} s`;
  const { code } = (cause ?? {}) as { code?: string };
  return `does not answer (${code ?? message})`;
}
