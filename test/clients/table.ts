import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './flow.ts';

const PAGE = fileURLToPath(new URL('../../docs/clients.md', import.meta.url));
const BEGIN = '<!-- made by `make clients` -->';
const END = '<!-- end -->';

/** One client with one server. */
export interface Row {
  readonly client: string;
  readonly server: string;
  readonly outcome: Outcome | Error;
}

const cell = (value: boolean | string | undefined) =>
  value === undefined ? '–' : typeof value === 'string' ? value : value ? 'yes' : '**no**';

function line({ client, server, outcome }: Row): string {
  if (outcome instanceof Error) return `| ${client} | ${server} | **${outcome.message}** | | | | | | |`;
  const { revision, list, call, progress, elicitation, cut, close } = outcome;
  const cells = [revision, list, call, progress, elicitation, cut, close].map(cell);
  return `| ${client} | ${server} | ${cells.join(' | ')} |`;
}

/** Writes the table into docs/clients.md. */
export function writeTable(rows: readonly Row[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const head =
    '| client | server | revision | list | call | progress | question | cut | close |\n|---|---|---|---|---|---|---|---|---|';
  const table = [head, ...rows.map(line)].join('\n');
  const [before = ''] = page.split(BEGIN);
  const [, after = ''] = page.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
