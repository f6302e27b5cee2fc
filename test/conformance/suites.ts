/** One run of an official suite against a server. */
export interface Suite {
  readonly id: string;
  /** The version of `@modelcontextprotocol/conformance`, by the name under which this package installs it. */
  readonly tool: 'conformance-0-1' | 'conformance-0-2';
  readonly args: readonly string[];
  /** How many scenarios it has. Fewer: it broke off. More: somebody changed it. */
  readonly scenarios: number;
  /** The scenarios that it skips by itself. */
  readonly skipped: readonly string[];
}

export const suites: readonly Suite[] = [
  { id: '0.1.16', tool: 'conformance-0-1', args: ['--suite', 'all'], scenarios: 32, skipped: [] },
  revision('2025-06-18', 27),
  revision('2025-11-25', 33),
  revision('2026-07-28', 40),
  requirements('2025-11-25', 33),
  requirements('2026-07-28', 50, ['tasks-status-notifications']),
];

function revision(version: string, scenarios: number): Suite {
  const args = ['--suite', 'all', '--spec-version', version];
  return { id: version, tool: 'conformance-0-2', args, scenarios, skipped: [] };
}

/** What a revision required when it came out, and what the suite runs beside that without scoring it. */
function requirements(version: string, scenarios: number, skipped: readonly string[] = []): Suite {
  const args = ['--requirements', version];
  return { id: `requirements-${version}`, tool: 'conformance-0-2', args, scenarios, skipped };
}
