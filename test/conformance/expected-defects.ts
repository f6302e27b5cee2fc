/** A scenario that cannot succeed in a suite, and why. One that does succeed must leave this list. */
export interface ExpectedDefect {
  readonly suite: string;
  readonly scenario: string;
  readonly reason: string;
}

/** Extensions that the suite runs without scoring them. */
export const expectedDefects: readonly ExpectedDefect[] = [
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
