/** Samples in promtool's notation, one a minute, by series. Each lasts for half an hour, after which the alert is looked at. */
type Input = Readonly<Record<string, string>>;

interface AlertCase {
  readonly fires: Input;
  readonly silent: Input;
  /** Labels of the alert besides its severity. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: 30m. */
  readonly at?: string;
}

const of = (name: string, labels = '') => `${name}{${labels === '' ? '' : `${labels},`}job="anypod"}`;
const requests = (outcome: string) => of('anypod_requests_total', `outcome="${outcome}"`);
const share = (outcome: string, fires: number, silent: number): AlertCase => ({
  fires: { [requests(outcome)]: `0+${fires}x40`, [requests('ok')]: '0+600x40' },
  silent: { [requests(outcome)]: `0+${silent}x40`, [requests('ok')]: '0+600x40' },
});
/** A tenth of the requests is refused with 503 for this reason; or for another one, or a hundredth is. */
const refused = (reason: string, another: string): AlertCase => {
  const all = { [requests('unavailable')]: '0+60x40', [requests('ok')]: '0+600x40' };
  const of503 = (why: string) => of('anypod_refusals_total', `status="503",reason="${why}"`);
  return {
    fires: { ...all, [of503(reason)]: '0+60x40' },
    silent: { ...all, [of503(another)]: '0+60x40', [of503(reason)]: '0+6x40' },
  };
};
/** Calls of a tool that end with this error. */
const calls = (tool: string, error?: string) => {
  const failed = error === undefined ? '' : `,error_type="${error}"`;
  const name = 'mcp_server_operation_duration_seconds_count';
  return of(name, `mcp_method_name="tools/call",gen_ai_tool_name="${tool}"${failed}`);
};
/** Something that must never happen happens once; or something like it happens, which may. */
const event = (series: string, harmless: Input = {}): AlertCase => ({
  fires: { [series]: '0x25 1x15' },
  silent: { [series]: '0x40', ...harmless },
});
const duration = (le: string) => of('anypod_request_duration_seconds_bucket', `le="${le}"`);
const instance = { job: 'anypod', instance: 'a' };
const onA = (name: string) => of(name, 'instance="a"');
const created = of('anypod_sessions_created_total');

/** When each alert fires, and when something like it does not make it fire. */
export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  AnypodNoPods: {
    fires: { 'up{job="another"}': '1x40' },
    silent: { [of('anypod_drain_phase')]: '0x40' },
    labels: { job: 'anypod' },
  },
  AnypodRedisAway: refused('store_unavailable', 'overloaded'),
  AnypodOverloaded: refused('overloaded', 'store_unavailable'),
  AnypodIssuerAway: refused('issuer_unavailable', 'token_invalid'),
  AnypodNotReady: refused('starting', 'store_unavailable'),
  AnypodFailing: share('failed', 60, 6),
  AnypodToolFails: {
    fires: {
      [calls('search')]: '0+60x40',
      [calls('search', 'tool_error')]: '0+20x40',
      [calls('read')]: '0+600x40',
      [calls('read', 'tool_error')]: '0+60x40',
    },
    silent: {
      [calls('search')]: '0+60x40',
      [calls('search', 'tool_error')]: '0+6x40',
      [calls('search', '503')]: '0+60x40',
      [calls('search', 'cancelled')]: '0+60x40',
      [calls('_OTHER', '-32602')]: '0+60x40',
    },
    labels: { gen_ai_tool_name: 'search' },
  },
  AnypodRefusing: share('refused', 300, 60),
  AnypodSessionsLost: {
    fires: { [created]: '0+1x400 460+60x30' },
    silent: { [created]: '0+60x430' },
    at: '425m',
  },
  AnypodSlow: {
    fires: { [duration('10')]: '0+90x40', [duration('60')]: '0+100x40', [duration('+Inf')]: '0+100x40' },
    silent: { [duration('10')]: '0+99x40', [duration('60')]: '0+100x40', [duration('+Inf')]: '0+100x40' },
  },
  AnypodBlocked: {
    fires: { [onA('anypod_event_loop_blocked_seconds_total')]: '0x25 2x15' },
    silent: {
      [onA('anypod_event_loop_blocked_seconds_total')]: '3x40',
      [onA('nodejs_eventloop_delay_p99')]: '0.1x40',
    },
    labels: instance,
  },
  AnypodFault: event(of('anypod_faults_total', 'kind="uncaught_exception"'), {
    [of('anypod_faults_total', 'kind="unhandled_rejection"')]: '0+1x40',
  }),
  AnypodPodLost: event(of('anypod_orphans_total', 'outcome="rerun"')),
  AnypodResultsLost: event(of('anypod_resumes_total', 'outcome="expired"'), {
    [of('anypod_resumes_total', 'outcome="live"')]: '0+9x40',
  }),
  AnypodMailLate: {
    fires: { [onA('anypod_inbox_delay_seconds')]: '0x5 10+60x35' },
    silent: { [onA('anypod_inbox_delay_seconds')]: '0.01x25 8 0.01x20' },
    labels: instance,
  },
  AnypodTasksWait: {
    fires: { [onA('anypod_tasks_queued')]: '5x40' },
    silent: { [onA('anypod_tasks_queued')]: '5x20 0x1 5x20' },
  },
  AnypodHeap: {
    fires: { [onA('v8js_memory_heap_used')]: '95x40', [onA('v8js_memory_heap_limit')]: '100x40' },
    silent: { [onA('v8js_memory_heap_used')]: '80x40', [onA('v8js_memory_heap_limit')]: '100x40' },
    labels: instance,
  },
  AnypodListsDiffer: event(of('anypod_registry_unfollowed_total', 'reason="code"')),
};
