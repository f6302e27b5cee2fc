/** What the comment above a key says of it; the grammar is at the top of `values.yaml`. */
export interface Note {
  /** A heading that begins here, and the text under it. */
  readonly section?: { readonly title: string; readonly text: string };
  readonly description: string;
  /** Types that the value alone does not show. */
  readonly types?: readonly string[];
  /** Types of a list's items. */
  readonly items?: readonly string[];
  readonly allowed?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** A map with any keys. */
  readonly open: boolean;
  /** The type of such a map's values, where it is one. */
  readonly openType?: string;
}

const TAG = /^@(type|items|enum|min|max|pattern|open)\b ?(.*)$/;

/** Reads the lines of a comment, without their `#`. Throws for a tag that is none. */
export function readNote(comment: string): Note {
  const section: string[] = [];
  const description: string[] = [];
  const tags = new Map<string, string>();
  let into = section;
  let title: string | undefined;
  for (const line of comment.split('\n').map((text) => text.trim())) {
    const [, tag, argument = ''] = TAG.exec(line) ?? [];
    if (tag !== undefined) tags.set(tag, argument);
    else if (/^@/.test(line) && into === description) throw new Error(`values.yaml: unknown tag in "${line}"`);
    else if (line.startsWith('## ')) {
      title = line.slice(3);
      // What stood above a heading was not about this key.
      section.length = description.length = 0;
      tags.clear();
      into = section;
    } else if (line.startsWith('-- ')) {
      into = description;
      into.push(line.slice(3));
    } else if (line !== '') into.push(line);
  }
  return {
    ...(title !== undefined && { section: { title, text: section.join(' ') } }),
    description: description.join(' '),
    ...constraints(tags),
  };
}

function constraints(tags: ReadonlyMap<string, string>): Omit<Note, 'section' | 'description'> {
  const list = (tag: string) => tags.get(tag)?.split('|');
  const [types, items, allowed] = [list('type'), list('items'), list('enum')];
  const [min, max, pattern, openType] = [tags.get('min'), tags.get('max'), tags.get('pattern'), tags.get('open')];
  return {
    open: openType !== undefined,
    ...(openType && { openType }),
    ...(types !== undefined && { types }),
    ...(items !== undefined && { items }),
    ...(allowed !== undefined && { allowed }),
    ...(min !== undefined && { min: Number(min) }),
    ...(max !== undefined && { max: Number(max) }),
    ...(pattern !== undefined && { pattern }),
  };
}
