import type { ScenarioChecks } from './checks.ts';

export interface Problem {
  readonly scenario: string;
  readonly message: string;
}

/** What the gate says about one run of a suite. It passes without problems only. */
export interface Verdict {
  readonly scenarios: number;
  /** Scenarios without a fault. */
  readonly clean: number;
  /** Checks that succeeded. */
  readonly successes: number;
  readonly problems: readonly Problem[];
}

/**
 * Judges more strictly than the suite does: a warning is a fault, and so is a scenario in which nothing succeeded.
 *
 * @param excused the scenarios that cannot succeed
 * @param scenarios how many scenarios there must be
 */
export function judge(results: readonly ScenarioChecks[], excused: readonly string[], scenarios: number): Verdict {
  const problems: Problem[] = results.flatMap((result) =>
    faultsOf(result, excused.includes(result.scenario)).map((message) => ({ scenario: result.scenario, message })),
  );
  const faulty = new Set(problems.map(({ scenario }) => scenario));
  if (results.length !== scenarios) {
    problems.push({ scenario: '(all)', message: `${results.length} scenarios ran, not ${scenarios}` });
  }
  return {
    scenarios: results.length,
    clean: results.length - faulty.size,
    successes: results.flatMap(({ checks }) => checks).filter(({ status }) => status === 'SUCCESS').length,
    problems,
  };
}

function faultsOf({ checks }: ScenarioChecks, isExcused: boolean): string[] {
  const faults = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map((check) => `${check.status} ${check.id}: ${check.errorMessage ?? check.description ?? ''}`);
  const succeeded = faults.length === 0 && checks.some(({ status }) => status === 'SUCCESS');
  if (isExcused) return succeeded ? ['it succeeds: take it off the list of excused scenarios'] : [];
  return succeeded || faults.length > 0 ? faults : ['nothing was checked'];
}
