/**
 * What a subject is asked for: `echo` of texts of one size, calls of several tools and sizes, `echo` that reports progress (so that its answer
 * is an event stream), `tools/list`, or new sessions. `held-out`: what nobody looks at while making a server faster, so that it shows whether a gain
 * holds elsewhere: large structured results, texts in many scripts, and calls that fail.
 */
export type Work = 'call' | 'mixed' | 'held-out' | 'progress' | 'list' | 'open';

/** One request, without its envelope, and the parts of the answer that prove it was served. */
export interface Question {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly proofs: readonly string[];
}

/** No two of these are alike, so that nobody can answer from what was asked before. */
const text = (size: number, number: number): string =>
  `${number} any pod answers `.repeat(Math.ceil(size / 17)).slice(0, size);

const echo = (said: string): Question => {
  return { method: 'tools/call', params: { name: 'echo', arguments: { text: said } }, proofs: [said] };
};

const measure = (said: string, unit?: 'characters'): Question => {
  const given = unit === undefined ? { text: said } : { text: said, unit };
  const count = unit === undefined ? said.split(' ').length : said.length;
  // In the structured content, and within the text.
  const proofs = [`"count":${count}`, `\\"count\\":${count}`];
  return { method: 'tools/call', params: { name: 'measure', arguments: given }, proofs };
};

const reporting = (said: string): Question => {
  const { method, params, proofs } = echo(said);
  return { method, params: { ...params, _meta: { progressToken: said.length } }, proofs: ['"progress":1', ...proofs] };
};

const foreign = (size: number, number: number): string =>
  `${number} Größe, 茶碗, ягода, قهوة, 🍮 naïve `.repeat(Math.ceil(size / 30)).slice(0, size);

const orders = (customer: string, count: number): Question => {
  const params = { name: 'find_orders', arguments: { customer, count } };
  return {
    method: 'tools/call',
    params,
    proofs: [`"id":"${customer}/${count}"`, `\\"id\\":\\"${customer}/${count}\\"`],
  };
};

const refused = (customer: string): Question => {
  const params = { name: 'find_orders', arguments: { customer, count: 1 } };
  return { method: 'tools/call', params, proofs: [`There is no customer ${customer}`, '"isError":true'] };
};

const some = (make: (number: number) => Question[]): Question[] => Array.from({ length: 16 }, (_, n) => make(n)).flat();

const QUESTIONS: Readonly<Record<Exclude<Work, 'open'>, readonly Question[]>> = {
  call: some((n) => [echo(text(128, n))]),
  mixed: some((n) => [
    echo(`hi ${n}`),
    measure(text(100 + n, n)),
    echo(text(8192 - n, n)),
    echo(text(128 + n, n)),
    measure(text(7 + 20 * n, n), 'characters'),
  ]),
  'held-out': some((n) => [
    orders(`Ωmega-${n}`, 200 - n),
    refused(`unknown 山田 ${n}`),
    echo(foreign(1500 + 90 * n, n)),
    orders(`O’Brien ${n}`, 3 + n),
    measure(foreign(600 - 11 * n, n), 'characters'),
  ]),
  progress: some((n) => [reporting(text(128 + n, n))]),
  list: [{ method: 'tools/list', params: {}, proofs: ['"other_0"'] }],
};

/** The questions of a work, asked in turn. */
export function questionsOf(work: Exclude<Work, 'open'>): readonly Question[] {
  return QUESTIONS[work];
}
