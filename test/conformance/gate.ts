import type { ScenarioChecks } from './checks.ts';
import type { ExpectedDefect } from './expected-defects.ts';

export interface Problem {
  readonly scenario: string;
  readonly message: string;
}

/** What the gate says about one run of a suite. It passes without problems only. */
export interface Verdict {
  readonly scenarios: number;
  /** Scenarios without a fault. */
  readonly clean: number;
  /** Scenarios whose faults are expected. */
  readonly expected: number;
  /** Checks that succeeded. */
  readonly successes: number;
  readonly problems: readonly Problem[];
}

/**
 * Judges more strictly than the suite does: a warning is a fault, and so is a scenario in which nothing succeeded.
 *
 * @param expected the defects of this suite
 * @param scenarios how many scenarios there must be
 */
export function judge(
  results: readonly ScenarioChecks[],
  expected: readonly ExpectedDefect[],
  scenarios: number,
): Verdict {
  const excused = new Set(expected.map((defect) => defect.scenario));
  const faulty = results
    .map((result) => ({ ...result, faults: faultsOf(result) }))
    .filter(({ faults }) => faults.length);
  const faultyNames = new Set(faulty.map(({ scenario }) => scenario));
  const stale = [...excused].filter((scenario) => !faultyNames.has(scenario));
  const unexpected = faulty.filter(({ scenario }) => !excused.has(scenario));

  const problems: Problem[] = [
    ...unexpected.flatMap(({ scenario, faults }) => faults.map((message) => ({ scenario, message }))),
    ...stale.map((scenario) => ({ scenario, message: 'is expected to fail and did not: take it off the list' })),
  ];
  if (results.length !== scenarios) {
    problems.push({ scenario: '(all)', message: `${results.length} scenarios ran, not ${scenarios}` });
  }
  return {
    scenarios: results.length,
    clean: results.length - faulty.length,
    expected: faulty.length - unexpected.length,
    successes: results.flatMap(({ checks }) => checks).filter(({ status }) => status === 'SUCCESS').length,
    problems,
  };
}

function faultsOf({ checks }: ScenarioChecks): string[] {
  const faults = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map((check) => `${check.status} ${check.id}: ${check.errorMessage ?? check.description ?? ''}`);
  const hollow = faults.length === 0 && !checks.some(({ status }) => status === 'SUCCESS');
  return hollow ? ['nothing was checked'] : faults;
}
