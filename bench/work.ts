/** What a subject is asked for: `echo` of one text, calls of several tools and sizes, `tools/list`, or new sessions. */
export type Work = 'call' | 'mixed' | 'list' | 'open';

/** One request, without its envelope, and a part of the answer that proves it was served. */
export interface Question {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly proof: string;
}

const TEXT = 'any pod answers '.repeat(8);

const echo = (text: string): Question => {
  return { method: 'tools/call', params: { name: 'echo', arguments: { text } }, proof: text };
};
const measure = (text: string, unit?: string): Question => {
  const given = unit === undefined ? { text } : { text, unit };
  return { method: 'tools/call', params: { name: 'measure', arguments: given }, proof: '"structuredContent"' };
};

const QUESTIONS: Readonly<Record<Exclude<Work, 'open'>, readonly Question[]>> = {
  call: [echo(TEXT)],
  mixed: [echo('hi'), measure(TEXT), echo(TEXT.repeat(64)), echo(TEXT), measure('one two', 'characters')],
  list: [{ method: 'tools/list', params: {}, proof: '"other_0"' }],
};

/** The questions of a work, asked in turn. */
export function questionsOf(work: Exclude<Work, 'open'>): readonly Question[] {
  return QUESTIONS[work];
}
