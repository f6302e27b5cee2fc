/** Checks that `docs/errors.md` has a section for every code, reason and refusal in the source, each with what, whose and what to do, and no other. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_REASONS } from '../packages/anypod/src/core/error-reasons.ts';
import { SETTINGS } from '../packages/anypod/src/serve/settings/settings.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'packages/anypod/src');

/** The source without tests. `reason` in `telemetry` is a label of a metric. */
const files = globSync('**/*.ts', { cwd: SOURCE, exclude: ['telemetry/**', '**/*.{test,fixture,contract}.ts'] });
const sources = files.map((file) => ({ file, text: readFileSync(join(SOURCE, file), 'utf8') }));
const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** What stands in the source where `pattern` has a group, once and sorted. */
function found(pattern: RegExp, within = sources): string[] {
  const all = within.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set(all)].sort();
}

function chapter(title: string): string {
  const [, rest = ''] = page.split(`\n## ${title}\n`);
  return rest.split(/^## /m)[0] ?? '';
}

interface Section {
  readonly title: string;
  readonly text: string;
}

function sections(chapterTitle: string): Section[] {
  const [, ...parts] = chapter(chapterTitle).split(/^### /m);
  return parts.map((part) => {
    const [title = '', ...lines] = part.split('\n');
    return { title: title.replaceAll('`', ''), text: lines.join('\n') };
  });
}

const titles = (chapterTitle: string) => sections(chapterTitle).map(({ title }) => title);

/** The first cells of a table's rows, without its head. */
const rows = (title: string) =>
  [...chapter(title).matchAll(/^\| `?([\w]+)`? \|/gm)].map(([, cell = '']) => cell).slice(1);

/** The members of a union of words. */
function members(file: string, type: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const [, union = ''] = new RegExp(`type ${type} =([^;]+);`).exec(text) ?? [];
  return [...union.matchAll(/'(\w+)'/g)].map(([, member = '']) => member).sort();
}

const codes = members('core/errors.ts', 'AnypodErrorCode');

test('a section for every reason, and no other', () => {
  const reasons = found(/\b(?:reason: |refusal\(\s*|new (?:Denied|Limited)\(\d+, )'(\w+)'/g);
  expect(titles('Reasons')).toEqual([...new Set([...codes, ...reasons])].sort());
  expect(titles('Reasons')).toEqual([...ERROR_REASONS]);
});

test('a reason is a word in the source, so that this test sees it', () => {
  const computed = sources.filter(({ text }) => /rpcError\([^;]*\{ reason(?!: ')/.test(text)).map(({ file }) => file);
  // The first two pass on the code of an `AnypodError`; the third one has a function `refusal`.
  expect(computed.sort()).toEqual([
    'http/reply/refusal.ts',
    'mcp/retry/call-outcome.ts',
    'pod/requests/session-requests.ts',
  ]);
});

test('anypod throws every code that its errors can have', () => {
  expect(found(/new AnypodError\(\s*'(\w+)'/g)).toEqual(codes);
});

test('a section for every JSON-RPC code, and no other', () => {
  expect(titles('Codes').sort()).toEqual(found(/[:=,]?\s(-32\d{3})\b(?=[,;])/g));
});

test('a row for every HTTP status, and no other', () => {
  const refused = found(
    /(?:new Refusal\(\s*|new Denied\(|new Limited\(|status: |json\(\s*|\[|answer\(response, |CLIENT_GONE = |\]: )([45]\d\d)\b/g,
  );
  expect(rows('Statuses')).toEqual(refused);
});

test('a section for every subject of a refused start', () => {
  // `anypod doctor` lists its own faults of arguments, and its help explains them. The faults of `auth` are those of the setting ANYPOD_AUTH.
  const commands = sources.filter(({ file }) => !/^(probe|auth)\//.test(file));
  const subjects = found(/(?:new ConfigError\(\[|problems\.push\()\s*['"`]([^:'"`]+?)(?:: | \$)/g, commands);
  const setting = (subject: string) =>
    /^(ANYPOD_.*|\$\{variable\})$/.test(subject) || SETTINGS.some(({ flag }) => flag === subject);
  expect(subjects.filter(setting)).not.toEqual([]);
  const others = subjects
    .filter((subject) => !setting(subject))
    .map((subject) => subject.replace(/^\$\{(.*)\}$/, '<$1>'));
  expect(titles('A refused start').sort()).toEqual(['Settings', ...others].sort());
});

test('a row for every fault of the server', () => {
  expect(rows("Faults of the server's code").sort()).toEqual(members('core/fault.ts', 'Fault'));
});

test.each(['Reasons', 'Codes', 'A refused start'].flatMap(sections))(
  '$title says what happened, whose fault it is, and what to do',
  ({ text }) => {
    const lines = [...text.matchAll(/^- \*\*(.+?):\*\* \S/gm)].map(([, label]) => label);
    expect(lines).toEqual(['What happened', 'Whose fault', 'What to do']);
  },
);
