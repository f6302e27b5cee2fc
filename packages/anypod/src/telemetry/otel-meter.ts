import { createNoopMeter, metrics, type ObservableCallback } from '@opentelemetry/api';
import type { Fault } from '../core/fault.ts';
import type { LimitReason } from '../core/limited.ts';
import {
  type InboxGauge,
  type Meter,
  type OrphanOutcome,
  type PodPhase,
  type ResumeOutcome,
  type SessionEnd,
  type StreamKind,
  silentMeter,
  type Unfollowed,
} from '../core/meter.ts';
import { REFUSALS } from '../core/refused.ts';
import { ATTR, faultIn } from './conventions.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { createRequestTally } from './request-tally.ts';
import { createTaskSeries } from './task-series.ts';

const PHASES: Readonly<Record<PodPhase, number>> = { serving: 0, announced: 1, draining: 2, closing: 3 };
const KINDS = {
  request: { kind: 'request' },
  standing: { kind: 'standing' },
  listen: { kind: 'listen' },
} satisfies Record<StreamKind, object>;
const ENDS = {
  deleted: { reason: 'deleted' },
  server_closed: { reason: 'server_closed' },
} satisfies Record<SessionEnd, object>;
const RESUMES = {
  live: { outcome: 'live' },
  replayed: { outcome: 'replayed' },
  finished: { outcome: 'finished' },
  expired: { outcome: 'expired' },
  standing: { outcome: 'standing' },
  refused: { outcome: 'refused' },
} satisfies Record<ResumeOutcome, object>;
const ORPHANS = {
  rerun: { outcome: 'rerun' },
  refused: { outcome: 'refused' },
  finished: { outcome: 'finished' },
} satisfies Record<OrphanOutcome, object>;
const FAULTS = {
  unhandled_rejection: { kind: 'unhandled_rejection' },
  uncaught_exception: { kind: 'uncaught_exception' },
  process_exit: { kind: 'process_exit' },
  blocked_loop: { kind: 'blocked_loop' },
} satisfies Record<Fault, object>;
const UNFOLLOWED = {
  added: { reason: 'added' },
  code: { reason: 'code' },
  size: { reason: 'size' },
} satisfies Record<Unfollowed, object>;
const LIMITS = {
  rate_limit: { reason: 'rate_limit' },
  call_limit: { reason: 'call_limit' },
  stream_limit: { reason: 'stream_limit' },
  session_limit: { reason: 'session_limit' },
  tenant_rate_limit: { reason: 'tenant_rate_limit' },
  tenant_call_limit: { reason: 'tenant_call_limit' },
  tenant_stream_limit: { reason: 'tenant_stream_limit' },
  tenant_session_limit: { reason: 'tenant_session_limit' },
  parked_limit: { reason: 'parked_limit' },
  subscription_limit: { reason: 'subscription_limit' },
  task_limit: { reason: 'task_limit' },
  handle_limit: { reason: 'handle_limit' },
  body_too_large: { reason: 'body_too_large' },
  headers_too_large: { reason: 'headers_too_large' },
  body_too_deep: { reason: 'body_too_deep' },
  batch_too_large: { reason: 'batch_too_large' },
  too_many_parked: { reason: 'too_many_parked' },
  overloaded: { reason: 'overloaded' },
} satisfies Record<LimitReason, object>;

const QUESTIONS = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

/**
 * Counts with the OpenTelemetry SDK that the process has registered. Register it before you call this. Without an SDK it
 * counts nothing, at no cost.
 */
export function createOtelMeter(): Meter {
  const meter = metrics.getMeter('anypod');
  // The API's own meter, which it has until an SDK is registered.
  if (meter === createNoopMeter()) return silentMeter;
  const instruments = createInstruments(meter);
  const { streams, sessionsCreated, sessionsEnded, resumes, orphans, faults, unfollowed, limited, blocked } =
    instruments;
  const { refusals, mcpClient, mcpSession } = instruments;
  const tally = createRequestTally(instruments);
  const tasks = createTaskSeries(instruments);
  let current: PodPhase = 'serving';
  let inbox: InboxGauge = { delayMs: () => 0 };
  let pod: string | undefined;

  startAtZero(instruments);

  // The SDK calls this at each collection, before it reads the other metrics.
  const observe: ObservableCallback = (result) => {
    tally.flush();
    result.observe(PHASES[current]);
  };
  const observeInbox: ObservableCallback = (result) => result.observe(inbox.delayMs() / 1000);
  instruments.phase.addCallback(observe);
  instruments.inboxDelay.addCallback(observeInbox);
  const observePod: ObservableCallback = (result) => {
    if (pod !== undefined) result.observe(1, { pod_id: pod });
  };
  instruments.pod.addCallback(observePod);

  return {
    requestBegan: tally.began,
    requestEnded: tally.ended,
    toolsKnown: tally.known,
    streamOpened: (kind) => streams.add(1, KINDS[kind]),
    streamClosed: (kind) => streams.add(-1, KINDS[kind]),
    sessionCreated: () => sessionsCreated.add(1),
    questionEnded: (method, ms, fault) =>
      mcpClient.record(ms / 1000, {
        [ATTR.method]: QUESTIONS.has(method) ? method : '_OTHER',
        ...(fault !== undefined && faultIn(fault)),
      }),
    sessionEnded(reason, ms) {
      sessionsEnded.add(1, ENDS[reason]);
      mcpSession.record(ms / 1000, reason === 'deleted' ? {} : { [ATTR.error]: reason });
    },
    resumed: (outcome) => resumes.add(1, RESUMES[outcome]),
    orphanEnded: (outcome) => orphans.add(1, ORPHANS[outcome]),
    fault: (fault) => faults.add(1, FAULTS[fault]),
    unfollowed: (why) => unfollowed.add(1, UNFOLLOWED[why]),
    loopBlocked: (ms) => blocked.add(ms / 1000),
    phase(phase) {
      current = phase;
    },
    named(name) {
      pod = name;
    },
    limited: (reason) => limited.add(1, LIMITS[reason]),
    refused: (status, reason) => refusals.add(1, { status: String(status), reason }),
    task: tasks.task,
    watchTasks: tasks.watchTasks,
    watchInbox(gauge) {
      inbox = gauge;
    },
    close() {
      tasks.close();
      tally.flush();
      instruments.phase.removeCallback(observe);
      instruments.inboxDelay.removeCallback(observeInbox);
      instruments.pod.removeCallback(observePod);
    },
  };
}

/** Start every series at zero. If a series begins with its first event, a rate does not show that event; and a missing gauge does not read as zero. */
function startAtZero(instruments: Instruments): void {
  const { streams, sessionsCreated, sessionsEnded, resumes, orphans, faults, unfollowed, limited, refusals, blocked } =
    instruments;
  for (const kind of Object.values(KINDS)) streams.add(0, kind);
  for (const reason of Object.values(ENDS)) sessionsEnded.add(0, reason);
  for (const outcome of Object.values(RESUMES)) resumes.add(0, outcome);
  for (const outcome of Object.values(ORPHANS)) orphans.add(0, outcome);
  for (const fault of Object.values(FAULTS)) faults.add(0, fault);
  for (const reason of Object.values(UNFOLLOWED)) unfollowed.add(0, reason);
  for (const reason of Object.values(LIMITS)) limited.add(0, reason);
  for (const [reason, status] of Object.entries(REFUSALS)) refusals.add(0, { status: String(status), reason });
  blocked.add(0);
  sessionsCreated.add(0);
}
