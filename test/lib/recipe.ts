import { readFileSync } from 'node:fs';
import { markedBlocks } from '../../tools/docs/markdown.ts';

/** A marked block of docs/authorization.md, with `replacements` made. Each must be in the text, so that the test runs what people read. */
export function recipe(mark: string, replacements: Readonly<Record<string, string>> = {}): string {
  const page = readFileSync(new URL('../../docs/authorization.md', import.meta.url), 'utf8');
  let text = markedBlocks(page).find((block) => block.mark === mark)?.text;
  if (text === undefined) throw new Error(`docs/authorization.md has no block ${mark}`);
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`the block ${mark} of docs/authorization.md does not contain ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** The variables that a block of `NAME=value` lines sets, read as a shell reads them. */
export function variablesOf(block: string): Record<string, string> {
  const lines = block.matchAll(/^(\w+)=(?:'([^']*)'|(\S*))/gm);
  return Object.fromEntries([...lines].map(([, name, quoted, plain]) => [name, quoted ?? plain ?? '']));
}
