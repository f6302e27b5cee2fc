import { readFile, writeFile } from 'node:fs/promises';

/** What `anypod doctor --json` prints. */
export interface Diagnosis {
  readonly server?: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly id: string;
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip';
  readonly evidence: string;
  readonly remedy?: string;
}

const PAGE = new URL('../../docs/doctor.md', import.meta.url);
/** The servers of this repository, and those of others, which not every machine has. */
type Part = 'own' | 'others';

const markOf = (part: Part) => `<!-- The tables below are made by \`make doctor-docs\`: ${part}. -->\n`;
const ANY_MARK = '<!-- The tables below';

/** The page before the tables of a part, these tables, and what follows. */
async function readParts(part: Part): Promise<readonly [before: string, tables: string, after: string]> {
  const page = await readFile(PAGE, 'utf8');
  const begin = page.indexOf(markOf(part)) + markOf(part).length;
  const next = page.indexOf(ANY_MARK, begin);
  const end = next < 0 ? page.length : next;
  return [page.slice(0, begin), page.slice(begin, end), page.slice(end)];
}

const cell = (text: string) => text.replaceAll('|', '\\|');

function lineOf({ id, verdict, evidence, remedy = '' }: Row): string {
  return `| \`${id}\` | ${verdict} | ${cell(evidence)} | ${cell(remedy)} |`;
}

/** The table of a target; if there is `beside`, only the rows whose verdict is another there. */
export function tableOf(title: string, { rows }: Diagnosis, beside?: Diagnosis): string {
  const verdictBeside = (id: string) => beside?.rows.find((row) => row.id === id)?.verdict;
  const shown = rows.filter(({ id, verdict }) => verdictBeside(id) !== verdict);
  const others = beside === undefined ? '' : 'All other rows are as above.\n\n';
  return [
    `### ${title}\n`,
    `${others}| Row | Verdict | Evidence | Remedy |`,
    '|---|---|---|---|',
    ...shown.map(lineOf),
    '',
  ].join('\n');
}

/** Writes the tables of a part into `docs/doctor.md`. */
export async function writeTables(part: Part, tables: readonly string[]): Promise<void> {
  const [before, , after] = await readParts(part);
  await writeFile(PAGE, `${before}\n${tables.join('\n')}${after === '' ? '' : '\n'}${after}`);
}

/** The tables of a part of `docs/doctor.md`, without evidence, which differs from run to run. */
export async function readVerdicts(part: Part): Promise<string[]> {
  return verdictsIn((await readParts(part))[1]);
}

/** Titles, and rows with their verdicts. */
export function verdictsIn(tables: string): string[] {
  return [...tables.matchAll(/^### .*|^\| `[\w-]+` \| \w+/gm)].map(([line]) => line);
}
