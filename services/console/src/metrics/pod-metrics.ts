import type { Sample, Samples } from './samples.ts';

/** What the console reads of a pod's metrics. A test compares the names with the pods' definitions. */
const METRICS = {
  pod: 'anypod_pod',
  phase: 'anypod_drain_phase',
  requests: 'anypod_requests_total',
  inFlight: 'anypod_requests_in_flight',
  streams: 'anypod_streams_open',
  tasksRunning: 'anypod_tasks_running',
  tasksQueued: 'anypod_tasks_queued',
  loopDelay: 'nodejs_eventloop_delay_p99',
  memory: 'process_memory_usage',
  target: 'target_info',
} as const;

export const METRIC_NAMES: ReadonlySet<string> = new Set(Object.values(METRICS));

const PHASES = ['serving', 'announced', 'draining', 'closing'] as const;
const BAD = new Set(['failed', 'unavailable']);

/** The load of a pod, as its metrics tell it. A member is absent where the pod does not tell it. */
export interface PodMetrics {
  /** The name that Redis has for it. */
  readonly pod?: string;
  /** Host name and port: in Kubernetes, the name of the pod. */
  readonly host?: string;
  readonly version?: string;
  readonly phase?: (typeof PHASES)[number];
  /** Requests that have ended since its start, and those of them that failed or were refused for now. */
  readonly requests?: number;
  readonly failed?: number;
  readonly inFlight?: number;
  readonly streams?: number;
  readonly tasksRunning?: number;
  /** Of all pods. */
  readonly tasksQueued?: number;
  /** Seconds, 99th percentile since the last scrape. */
  readonly loopDelay?: number;
  /** Bytes. */
  readonly memory?: number;
}

/** Reads a pod's samples. */
export function podMetricsOf(samples: Samples): PodMetrics {
  const all = (metric: keyof typeof METRICS) => samples.get(METRICS[metric]) ?? [];
  const label = (metric: keyof typeof METRICS, name: string) => all(metric)[0]?.labels[name];
  const requests = all('requests');
  const found = {
    pod: label('pod', 'pod_id'),
    host: label('target', 'service_instance_id'),
    version: label('target', 'service_version'),
    phase: PHASES[all('phase')[0]?.value ?? -1],
    // No request has ended yet. Such a pod still has a phase.
    requests: samples.has(METRICS.phase) ? sum(requests) : undefined,
    failed: samples.has(METRICS.phase)
      ? sum(requests.filter(({ labels }) => BAD.has(labels['outcome'] ?? '')))
      : undefined,
    inFlight: total(all('inFlight')),
    streams: total(all('streams')),
    tasksRunning: total(all('tasksRunning')),
    tasksQueued: total(all('tasksQueued')),
    loopDelay: total(all('loopDelay')),
    memory: total(all('memory')),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as PodMetrics;
}

const sum = (samples: readonly Sample[]) => samples.reduce((all, { value }) => all + value, 0);
const total = (samples: readonly Sample[]) => (samples.length === 0 ? undefined : sum(samples));
