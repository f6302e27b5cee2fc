/** A scenario that cannot succeed in a suite, and why. One that does succeed must leave this list. */
export interface ExpectedDefect {
  readonly suite: string;
  readonly scenario: string;
  readonly reason: string;
}

/** Defects of the suites themselves. */
const defects: readonly ExpectedDefect[] = [
  {
    suite: '0.1.16',
    scenario: 'server-sse-polling',
    reason: 'It asks in the name of 2025-03-26, where no stream begins with a priming event, and then misses the event.',
  },
];

/** Extensions that the suite runs without scoring them, and that anypod does not serve. */
const notServed: readonly ExpectedDefect[] = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-status-notifications',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
].map((scenario) => ({ suite: 'requirements-2026-07-28', scenario, reason: 'The tasks extension is not served.' }));

export const expectedDefects: readonly ExpectedDefect[] = [...defects, ...notServed];
