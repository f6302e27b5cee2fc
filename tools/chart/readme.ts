import type { Value } from './read-values.ts';

const LONGEST_PRESET = 60;

/** The chart's README: its template with tables of the values, one per section, in place of `<!-- values -->`. */
export function chartReadme(template: string, values: readonly Value[]): string {
  const mark = '<!-- values -->';
  if (!template.includes(mark)) throw new Error(`README.template.md: needs a line ${mark}`);
  const note = '<!-- Generated from README.template.md and values.yaml by tools/chart-docs.ts; edit those. -->';
  return `${note}\n\n${template.replace(mark, () => sections(values).map(table).join('\n\n'))}`;
}

interface Section {
  readonly title: string;
  readonly text: string;
  readonly values: Value[];
}

function sections(values: readonly Value[]): Section[] {
  const all: Section[] = [];
  for (const value of values) {
    if (value.section !== undefined) all.push({ ...value.section, values: [] });
    const last = all.at(-1);
    if (last === undefined) throw new Error(`values.yaml: ${value.path}: begin with a section, "# ## Title"`);
    last.values.push(value);
  }
  return all;
}

function table({ title, text, values }: Section): string {
  const rows = values.flatMap(leaves).map(({ path, preset, description }) => {
    return `| \`${path}\` | ${presetText(preset)} | ${description.replaceAll('|', '\\|')} |`;
  });
  const head = ['| Value | Default | Meaning |', '| --- | --- | --- |'];
  return [`### ${title}`, ...(text === '' ? [] : [text]), [...head, ...rows].join('\n')].join('\n\n');
}

function leaves(value: Value): Value[] {
  const inner = value.children.flatMap(leaves);
  return value.children.length > 0 && (value.description === '' || !value.open) ? inner : [value, ...inner];
}

function presetText(preset: unknown): string {
  if (preset === null || preset === '') return '';
  const text = typeof preset === 'string' ? preset : JSON.stringify(preset);
  return text.length > LONGEST_PRESET ? 'see values.yaml' : `\`${text.replaceAll('|', '\\|')}\``;
}
