import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = ['packages', 'test', 'examples', 'tools'];
const SKIPPED = new Set(['node_modules', 'dist', 'requirements']);

/** Matches an id of `requirements.ts` in square brackets, as in a test's title. */
const CITATION =
  /\[((?:legacy|modern|auth|http|host|pod|change|store|session|state|image|metrics|chart|cost|task|limits|security|serverless|runtime|client|trace|log|alerts|dashboard|gameday|errors|console)(?:\.[a-z0-9-]+)+)\]/g;

/** One place where a test cites a requirement. */
export interface Citation {
  readonly id: string;
  readonly file: string;
}

/** The ids that a test file cites. */
export function citedIds(source: string): string[] {
  return [...source.matchAll(CITATION)].map((match) => match[1] as string);
}

/** Reads every test file, and also the contract suites, chaos scenarios and the tests of `anypod connect`, which other files run. */
export async function readCitations(): Promise<Citation[]> {
  const files = (await Promise.all(ROOMS.map((room) => testFiles(join(REPOSITORY, room))))).flat();
  const found = await Promise.all(
    files.map(async (file) => {
      const ids = citedIds(await readFile(file, 'utf8'));
      return ids.map((id) => ({ id, file: relative(REPOSITORY, file) }));
    }),
  );
  return found.flat();
}

async function testFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const nested = entries.map((entry): Promise<string[]> | string[] => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(path);
    return /\.test\.ts$|\/src\/testing\/.*\.ts$|\/chaos\/scenarios\.ts$|\/examples\/connect-login\.ts$/.test(path)
      ? [path]
      : [];
  });
  return (await Promise.all(nested)).flat();
}
