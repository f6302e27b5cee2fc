/** A variable that a scenario reads, given with `k6 run -e NAME=value`. */
export interface Variable {
  readonly meaning: string;
  /** None: it must be given. */
  readonly default?: string;
}

/** Reads all variables of a scenario. Throws with every one that is missing, before the first request. */
export function readEnvironment<Names extends string>(
  variables: Readonly<Record<Names, Variable>>,
): Record<Names, string> {
  const entries = Object.entries<Variable>(variables).map(([name, variable]) => {
    return { name, value: __ENV[name] || variable.default, meaning: variable.meaning };
  });
  const missing = entries.filter(({ value }) => value === undefined);
  if (missing.length > 0) {
    const lines = missing.map(({ name, meaning }) => `  -e ${name}=…  ${meaning}`);
    throw new Error(`This scenario needs:\n${lines.join('\n')}`);
  }
  return Object.fromEntries(entries.map(({ name, value }) => [name, value])) as Record<Names, string>;
}

/** What all scenarios read. */
export const COMMON = {
  URL: { meaning: 'the endpoint, such as http://127.0.0.1:3000/mcp' },
  PROFILE: { meaning: 'smoke, load, stress or soak', default: 'smoke' },
  RESULTS: { meaning: 'a folder for the JSON of this run; none is written without', default: '' },
} satisfies Record<string, Variable>;
