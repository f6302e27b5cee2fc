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
const BEGIN = '<!-- The tables below are made by `make doctor-docs`. -->\n';

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

/** Writes the tables into `docs/doctor.md`. */
export async function writeTables(tables: readonly string[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, `${page.slice(0, page.indexOf(BEGIN) + BEGIN.length)}\n${tables.join('\n')}`);
}

/** The tables of `docs/doctor.md`, without evidence, which differs from run to run. */
export async function readVerdicts(): Promise<string[]> {
  const page = await readFile(PAGE, 'utf8');
  return verdictsIn(page.slice(page.indexOf(BEGIN)));
}

/** Titles, and rows with their verdicts. */
export function verdictsIn(tables: string): string[] {
  return [...tables.matchAll(/^### .*|^\| `[\w-]+` \| \w+/gm)].map(([line]) => line);
}
