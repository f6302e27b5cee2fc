import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const checkSchema = z.object({
  id: z.string(),
  status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
  description: z.string().optional(),
  errorMessage: z.string().optional(),
});

/** One thing that a scenario looked at. */
export type Check = z.infer<typeof checkSchema>;

/** What a scenario found. */
export interface ScenarioChecks {
  readonly scenario: string;
  readonly checks: readonly Check[];
}

/** `server-<scenario>-<time>`, as the suites name the directory of a scenario. */
const DIRECTORY = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

/**
 * Reads the `checks.json` of every scenario in the output directory of a suite. The suites' exit codes and summaries
 * leave out warnings and scenarios that checked nothing.
 */
export async function readChecks(directory: string): Promise<ScenarioChecks[]> {
  const names = await readdir(directory);
  return Promise.all(
    names.sort().map(async (name) => {
      const scenario = DIRECTORY.exec(name)?.[1];
      if (scenario === undefined) throw new Error(`${name} is not the directory of a scenario`);
      const checks = z
        .array(checkSchema)
        .parse(JSON.parse(await readFile(join(directory, name, 'checks.json'), 'utf8')));
      return { scenario, checks };
    }),
  );
}
