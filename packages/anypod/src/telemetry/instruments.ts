import type { Counter, Histogram, Meter, ObservableGauge, UpDownCounter } from '@opentelemetry/api';
import { MCP_BUCKETS } from './conventions.ts';

/** In seconds: from a cached answer to the longest call that gateways usually allow. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Every metric of anypod; `docs/metrics.md` has a row for each. */
export interface Instruments {
  readonly requests: Counter;
  /** Seconds. */
  readonly duration: Histogram;
  readonly inFlight: UpDownCounter;
  readonly streams: UpDownCounter;
  readonly sessionsCreated: Counter;
  readonly sessionsEnded: Counter;
  readonly resumes: Counter;
  readonly orphans: Counter;
  readonly faults: Counter;
  readonly unfollowed: Counter;
  readonly limited: Counter;
  /** Seconds. */
  readonly blocked: Counter;
  readonly phase: ObservableGauge;
  readonly pod: ObservableGauge;
  readonly tasks: Counter;
  readonly tasksRunning: ObservableGauge;
  readonly tasksQueued: ObservableGauge;
  /** Of OpenTelemetry's conventions for MCP, in seconds: what clients ask, what servers ask their clients, and sessions. */
  readonly mcpServer: Histogram;
  readonly mcpClient: Histogram;
  readonly mcpSession: Histogram;
}

export function createInstruments(meter: Meter): Instruments {
  return {
    requests: meter.createCounter('anypod.requests', { description: 'Requests that have ended.' }),
    duration: meter.createHistogram('anypod.request.duration', {
      description: 'Time from the arrival of a request to the last byte of its answer.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    }),
    inFlight: meter.createUpDownCounter('anypod.requests.in_flight', {
      description: 'Requests whose answer is not complete.',
    }),
    streams: meter.createUpDownCounter('anypod.streams.open', { description: 'Event streams to clients.' }),
    sessionsCreated: meter.createCounter('anypod.sessions.created', { description: 'Sessions that this pod created.' }),
    sessionsEnded: meter.createCounter('anypod.sessions.ended', {
      description: 'Sessions that this pod ended before they expired.',
    }),
    resumes: meter.createCounter('anypod.resumes', { description: 'GETs with an event id in an existing session.' }),
    orphans: meter.createCounter('anypod.orphans', {
      description: 'Calls of lost pods that this pod took over.',
    }),
    faults: meter.createCounter('anypod.faults', {
      description: "Faults of the server's code that reach the process it shares with other sessions.",
    }),
    unfollowed: meter.createCounter('anypod.registry.unfollowed', {
      description: "Changes of a server's registry that other pods cannot follow.",
    }),
    limited: meter.createCounter('anypod.limited', { description: 'Requests that a limit has refused.' }),
    blocked: meter.createCounter('anypod.event_loop.blocked', {
      description: 'Time in which the event loop stood still for a second or more.',
      unit: 's',
    }),
    phase: meter.createObservableGauge('anypod.drain.phase', {
      description: '0 serving, 1 announced: not ready but serving, 2 draining, 3 closing.',
    }),
    pod: meter.createObservableGauge('anypod.pod', { description: '1. The name that Redis has for the pod.' }),
    tasks: meter.createCounter('anypod.tasks', { description: 'What happened to tasks on this pod.' }),
    tasksRunning: meter.createObservableGauge('anypod.tasks.running', {
      description: 'Tasks whose handlers are on this pod.',
    }),
    tasksQueued: meter.createObservableGauge('anypod.tasks.queued', {
      description: 'Tasks of all pods that wait for a pod.',
    }),
    mcpServer: mcpHistogram(meter, 'mcp.server.operation.duration', 'Duration of the requests of clients.'),
    mcpClient: mcpHistogram(meter, 'mcp.client.operation.duration', 'Duration of the questions to clients.'),
    mcpSession: mcpHistogram(meter, 'mcp.server.session.duration', 'Duration of the sessions that this pod ended.'),
  };
}

function mcpHistogram(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: MCP_BUCKETS } });
}
