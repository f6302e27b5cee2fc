const METRICS = 'docs/metrics.md';
const OPERATIONS = 'docs/operations.md';
const CONSOLE = 'docs/console.md';

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
  'trace.methods': ['A GET or DELETE has a span of its own, whether it is served or refused.', METRICS],
  'trace.secrets': ['No span, metric or log line has arguments, results, tokens or ids of sessions.', METRICS],
  'log.requests': [
    'With the level debug, each request is one line, with its trace and the hash of its session.',
    METRICS,
  ],
  'metrics.refusals': [
    'A request that is refused before its message is read is counted by status and reason, has a span, and one line of the log.',
    METRICS,
  ],
  'metrics.inbox': ['A pod tells how long mail of other pods takes, also while it waits.', METRICS],
  'log.principal': ['A line of the log names its caller by a hash only.', METRICS],
  'log.refusals': [
    'Above the level debug, refusals for one reason are told ever more rarely, with their number.',
    METRICS,
  ],
  'log.redacted': [
    'No line shows a field of a name that is secret, or that the operator has listed, nor the user of a URL.',
    METRICS,
  ],
  'log.level': ['SIGUSR2 changes the level of the log and back.', METRICS],
  'console.password': [
    'The console shows nothing without its password, and does not start without one. A login ends with its logout.',
    CONSOLE,
  ],
  'console.forms': ['No other page can make an operator end or cancel something.', CONSOLE],
  'console.roles': ['Operators end sessions and cancel tasks in the console, and viewers do not.', CONSOLE],
  'console.redis-user': ['The chart makes the console read Redis as a user that may only read.', CONSOLE],
  'console.looks': [
    'The console shows pods, sessions and tasks as they are, also pods that drain, are lost or silent.',
    CONSOLE,
  ],
  'console.contents': [
    'The console shows kinds and sizes of messages, and never what they say, nor whole ids.',
    CONSOLE,
  ],
  'console.escapes': ['No name that a client or server chose can do something in the browser of an operator.', CONSOLE],
  'console.bounded': ['Neither a silent pod nor thousands of sessions make a page slow or large.', CONSOLE],
  'console.acl': ['The console looks with a Redis user that may only read, and says what Redis refuses.', CONSOLE],
  'console.payload': ['With payload keys the console needs them too, and says so.', CONSOLE],
  'console.away': [
    'While Redis is away, the console says so, shows what pods tell, and comes back by itself.',
    CONSOLE,
  ],
  'console.accessible': [
    'The console can be used with a keyboard, a screen reader and a phone, in light and dark.',
    CONSOLE,
  ],
  'metrics.exact': [
    'The counts of all pods add up to what clients did: requests, sessions, resumes, orphans. Gauges return to zero.',
    METRICS,
  ],
  'metrics.from-zero': ['Counters and gauges exist, with the value zero, before their first event.', METRICS],
  'metrics.bounded': ['No client can add a series: a method that MCP does not define counts as other.', METRICS],
  'metrics.drain': ['A pod serves its metrics until it exits. They tell how far its drain is.', METRICS],
  'metrics.conventions': [
    "Requests, questions and sessions are counted under the names of OpenTelemetry's conventions.",
    METRICS,
  ],
  'metrics.exemplars': ['A scraper that asks for OpenMetrics gets traces as examples of durations.', METRICS],
  'metrics.documented': ['Every series that a pod exports is documented, with its type and its labels.', METRICS],
} as const;
