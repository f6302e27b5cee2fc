const METRICS = 'docs/metrics.md';
const OPERATIONS = 'docs/operations.md';

/** What operators see of pods: traces, the log, alerts, the dashboard, and game days. */
export const observing = {
  'alerts.fire': ['Each alert of the chart fires when it should, and not when something like it happens.', OPERATIONS],
  'errors.help': [
    'If the operator names a page that explains errors, each error of anypod has the address of its section, in every revision and on every pod, and a refused start has one too.',
    'docs/errors.md',
  ],
  'alerts.documented': ['Each alert has its section in the documentation, which says what to do.', OPERATIONS],
  'dashboard.queries': ['Each panel of the dashboard shows something on pods with traffic.', OPERATIONS],
  'gameday.port': [
    'Only the machine of a pod itself can use its failure switches, and only if the operator has given them a port.',
    OPERATIONS,
  ],
  'gameday.alerts': [
    'Each failure switch does what the documentation says, and fires the alert that it names.',
    OPERATIONS,
  ],
  'trace.one': [
    'A call is one trace, on however many pods it is asked, answered, resumed, run again or run as a task.',
    METRICS,
  ],
  'trace.parent': [
    "The context in _meta is the parent of a call's span, and that of the HTTP request is linked.",
    METRICS,
  ],
  'trace.secrets': ['No span, metric or log line has arguments, results, tokens or ids of sessions.', METRICS],
  'log.requests': [
    'With the level debug, each request is one line, with its trace and the hash of its session.',
    METRICS,
  ],
  'log.level': ['SIGUSR2 changes the level of the log and back.', METRICS],
} as const;
