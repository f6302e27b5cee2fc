/** One run of an official suite against a server. */
export interface Suite {
  readonly id: string;
  /** The version of `@modelcontextprotocol/conformance`, by the name under which this package installs it. */
  readonly tool: 'conformance-0-1' | 'conformance-0-2';
  readonly args: readonly string[];
  /** How many scenarios it has. Fewer: it broke off. More: somebody changed it. */
  readonly scenarios: number;
  /** The SDK of the server that it judges. Default: v2. */
  readonly sdk?: 'v1';
}

export const suites: readonly Suite[] = [
  { id: '0.1.16', tool: 'conformance-0-1', args: ['--suite', 'all'], scenarios: 32 },
  revision('2025-06-18', 27),
  revision('2025-11-25', 33),
  revision('2026-07-28', 40),
  requirements('2025-11-25', 33),
  requirements('2026-07-28', 50),
  { ...revision('2025-11-25', 33), id: 'v1-2025-11-25', sdk: 'v1' },
  { ...revision('2026-07-28', 40), id: 'v1-2026-07-28', sdk: 'v1' },
];

function revision(version: string, scenarios: number): Suite {
  return { id: version, tool: 'conformance-0-2', args: ['--suite', 'all', '--spec-version', version], scenarios };
}

/** What a revision required when it came out, and what the suite runs beside that without scoring it. */
function requirements(version: string, scenarios: number): Suite {
  return { id: `requirements-${version}`, tool: 'conformance-0-2', args: ['--requirements', version], scenarios };
}
