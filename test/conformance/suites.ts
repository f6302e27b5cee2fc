/** One run of an official suite against a server. */
export interface Suite {
  readonly id: string;
  /** The version of `@modelcontextprotocol/conformance`, by the name under which this package installs it. */
  readonly tool: 'conformance-0-1' | 'conformance-0-2';
  readonly args: readonly string[];
  /** How many scenarios it has. Fewer: it broke off. More: somebody changed it. */
  readonly scenarios: number;
  /** The scenarios that cannot succeed in it, and why. One that does succeed must leave this list. */
  readonly excused?: Readonly<Record<string, string>>;
  /** The SDK of the server that it judges. Default: v2. */
  readonly sdk?: 'v1';
}

const UNNAMED = 'A question of SDK v1 has no name, and this scenario looks for one that is named user_name.';
const NAMED_QUESTIONS = {
  'input-required-result-basic-elicitation': UNNAMED,
  'input-required-result-ignore-extra-params': UNNAMED,
};

export const suites: readonly Suite[] = [
  { id: '0.1.16', tool: 'conformance-0-1', args: ['--suite', 'all'], scenarios: 32 },
  revision('2025-06-18', 27),
  revision('2025-11-25', 33),
  revision('2026-07-28', 40),
  requirements('2025-11-25', 33),
  {
    ...requirements('2026-07-28', 50),
    excused: { 'tasks-status-notifications': 'The suite skips it, because it cannot check it yet.' },
  },
  { ...revision('2025-11-25', 33), id: 'v1-2025-11-25', sdk: 'v1' },
  { ...revision('2026-07-28', 40), id: 'v1-2026-07-28', sdk: 'v1', excused: NAMED_QUESTIONS },
];

function revision(version: string, scenarios: number): Suite {
  const args = ['--suite', 'all', '--spec-version', version];
  return { id: version, tool: 'conformance-0-2', args, scenarios };
}

/** What a revision required when it came out, and what the suite runs beside that without scoring it. */
function requirements(version: string, scenarios: number): Suite {
  const args = ['--requirements', version];
  return { id: `requirements-${version}`, tool: 'conformance-0-2', args, scenarios };
}
