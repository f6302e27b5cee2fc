import { buckets, counter, gauge, SCOPE } from './series.ts';

/** One alert. `SCOPE` in `expr` stands for the labels of one release. */
export interface Alert {
  readonly name: string;
  /** What is so. */
  readonly summary: string;
  /** What it means for clients, and where to look first. */
  readonly description: string;
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  readonly for: string;
  /** The heading in docs/operations.md that says what to do. */
  readonly section: string;
}

/** The share of requests with this outcome. Below a request in ten seconds a share says nothing. */
const share = (outcome: string) => {
  const all = `sum(rate(${counter('anypod.requests')}[5m]))`;
  return `sum(rate(${counter('anypod.requests', `outcome="${outcome}"`)}[5m])) / ${all} > 0.02 and ${all} > 0.1`;
};
/** The share of requests that are refused for these reasons. `reasons` is a regular expression. */
const refusals = (reasons: string) => {
  const all = `sum(rate(${counter('anypod.requests')}[5m]))`;
  return `sum(rate(${counter('anypod.refusals', `reason=~"${reasons}"`)}[5m])) / ${all} > 0.02 and ${all} > 0.1`;
};
/** What is no fault of a tool: a refusal, which has a status of HTTP, and a client that goes. */
const NO_FAULT = '|[1-5]..|refused|unavailable|cancelled|left';
/** The calls of each tool, per second. `_OTHER` has names that clients have made up. */
const calls = (...labels: string[]) => {
  const of = ['mcp_method_name="tools/call"', 'gen_ai_tool_name!~"|_OTHER"', ...labels];
  return `sum by (gen_ai_tool_name) (rate(${counter('mcp.server.operation.duration', ...of)}[10m]))`;
};
/** How much a counter grew, also if it is new. */
const grew = (metric: string, span: string, ...labels: string[]) =>
  `sum(increase(${counter(metric, ...labels)}[${span}]))`;

export const ALERTS: readonly Alert[] = [
  {
    name: 'AnypodNoPods',
    summary: 'Prometheus sees no pod.',
    description: 'Either no pod runs, or their metrics cannot be scraped.',
    severity: 'critical',
    expr: `absent(${gauge('anypod.drain.phase')})`,
    for: '5m',
    section: 'Pods are not ready',
  },
  {
    name: 'AnypodRedisAway',
    summary: 'More than 2% of the requests are refused because Redis does not answer.',
    description:
      'Redis is down, refuses the pods, or is full. Clients try again. If it is one pod alone, it is cut off.',
    severity: 'critical',
    expr: refusals('store_unavailable'),
    for: '2m',
    section: 'Redis does not answer',
  },
  {
    name: 'AnypodOverloaded',
    summary: 'More than 2% of the requests are refused because pods have too much to do.',
    description: 'Too few pods, a handler that blocks them, or calls that wait for clients. Clients try again.',
    severity: 'critical',
    expr: refusals('overloaded|too_many_parked'),
    for: '2m',
    section: 'Pods have too much to do',
  },
  {
    name: 'AnypodIssuerAway',
    summary: 'More than 2% of the requests are refused because the authorization server does not answer.',
    description: 'The pods cannot fetch its keys, or ask it about tokens. Known tokens go on until they expire.',
    severity: 'critical',
    expr: refusals('issuer_unavailable'),
    for: '2m',
    section: 'The authorization server does not answer',
  },
  {
    name: 'AnypodNotReady',
    summary: 'More than 2% of the requests reach pods that start or leave.',
    description: 'The balancer does not ask /readyz, or a pod does not get ready, or does not end.',
    severity: 'warning',
    expr: refusals('starting|draining'),
    for: '10m',
    section: 'Pods are not ready',
  },
  {
    name: 'AnypodFailing',
    summary: 'More than 2% of the requests fail with another 5xx.',
    description: "A fault of the server's code or of anypod. The log names the call.",
    severity: 'critical',
    expr: share('failed'),
    for: '5m',
    section: "The server's code fails",
  },
  {
    name: 'AnypodToolFails',
    summary: 'More than a fifth of the calls of a tool end with an error.',
    description:
      'The tool is at fault, or a service that it calls. Only this tool is concerned. The label names it, and the dashboard has the kinds of errors.',
    severity: 'warning',
    expr: `${calls(`error_type!~"${NO_FAULT}"`)} / ${calls()} > 0.2 and ${calls()} > 0.02`,
    for: '5m',
    section: 'A tool fails',
  },
  {
    name: 'AnypodRefusing',
    summary: 'More than a fifth of the requests are refused with 4xx.',
    description: 'Clients have lost their sessions, have no valid token, or send what no server takes.',
    severity: 'warning',
    expr: share('refused').replace('> 0.02', '> 0.2'),
    for: '10m',
    section: 'A client reports 404',
  },
  {
    name: 'AnypodSessionsLost',
    summary: 'Ten times as many sessions begin as in the hours before.',
    description: 'Either clients come in crowds, or Redis has lost the sessions and clients begin again.',
    severity: 'warning',
    expr: [
      `sum(rate(${counter('anypod.sessions.created')}[10m])) > 0.2`,
      `sum(rate(${counter('anypod.sessions.created')}[10m])) > 10 * sum(rate(${counter('anypod.sessions.created')}[6h] offset 10m))`,
    ].join(' and '),
    for: '5m',
    section: 'A client reports 404',
  },
  {
    name: 'AnypodSlow',
    summary: 'One request in twenty takes longer than ten seconds.',
    description: 'Look which tool it is, and whether the pods are busy: if not, the tool waits for another service.',
    severity: 'warning',
    expr: `histogram_quantile(0.95, sum by (le) (rate(${buckets('anypod.request.duration')}[10m]))) > 10`,
    for: '10m',
    section: 'Calls are slow',
  },
  {
    name: 'AnypodBlocked',
    summary: 'A handler blocks the event loop of a pod.',
    description: 'Nothing else runs on the pod meanwhile. The log names the calls that began last.',
    severity: 'warning',
    expr: `increase(${counter('anypod.event_loop.blocked')}[10m]) > 0 or ${gauge('nodejs.eventloop.delay.p99')} > 0.2`,
    for: '1m',
    section: 'Calls are slow',
  },
  {
    name: 'AnypodFault',
    summary: "The server's code has ended a pod.",
    description: 'An exception that nobody caught, or process.exit(). The pod drains and is replaced.',
    severity: 'critical',
    expr: `${grew('anypod.faults', '10m', 'kind=~"uncaught_exception|process_exit"')} > 0`,
    for: '0m',
    section: "The server's code fails",
  },
  {
    name: 'AnypodPodLost',
    summary: 'A pod was lost while it worked.',
    description: 'Other pods took over its calls, and ran them again or answered them with an error.',
    severity: 'warning',
    expr: `${grew('anypod.orphans', '10m')} > 0`,
    for: '0m',
    section: 'Orphans rise',
  },
  {
    name: 'AnypodResultsLost',
    summary: 'Clients came back too late for their results.',
    description: 'The log of the call was gone when the client resumed its stream.',
    severity: 'warning',
    expr: `${grew('anypod.resumes', '15m', 'outcome="expired"')} > 0`,
    for: '0m',
    section: 'Streams are cut',
  },
  {
    name: 'AnypodMailLate',
    summary: 'A pod reads the mail of other pods late.',
    description:
      'Answers, cancellations and resumed streams of its calls wait. Its connection to Redis stands still, or its process does.',
    severity: 'warning',
    expr: `${gauge('anypod.inbox.delay')} > 5`,
    for: '2m',
    section: 'Answers arrive late',
  },
  {
    name: 'AnypodTasksWait',
    summary: 'The queue of tasks has not been empty for a quarter of an hour.',
    description: 'There are too few pods for the tasks, or the pods take none.',
    severity: 'warning',
    expr: `max(min_over_time(${gauge('anypod.tasks.queued')}[15m])) > 0`,
    for: '5m',
    section: 'Tasks wait',
  },
  {
    name: 'AnypodHeap',
    summary: 'A pod has used nine tenths of its heap.',
    description: 'At the limit the process ends, and other pods take over its calls.',
    severity: 'warning',
    expr: `${gauge('v8js.memory.heap.used')} / ${gauge('v8js.memory.heap.limit')} > 0.9`,
    for: '10m',
    section: 'Pods are not ready',
  },
  {
    name: 'AnypodListsDiffer',
    summary: 'Pods offer different tools to one session.',
    description: "The server's code has changed its registry in a way that other pods cannot follow.",
    severity: 'warning',
    expr: `${grew('anypod.registry.unfollowed', '15m')} > 0`,
    for: '0m',
    section: 'Lists differ between pods',
  },
];

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

const RUNBOOK = 'docs/operations.md';

/** The rules, as Prometheus reads them, with `scope` for the labels of the release. */
export function rulesFor(scope: string): object {
  const rules = ALERTS.map(({ name, expr, for: time, severity, summary, description, section }) => ({
    alert: name,
    expr: expr.replaceAll(SCOPE, scope),
    for: time,
    labels: { severity },
    annotations: { summary, description, runbook: `${RUNBOOK}#${anchorOf(section)}` },
  }));
  return { groups: [{ name: 'anypod', rules }] };
}
