/** A fenced block of a page. */
export interface Block {
  /** The first word of its info string; empty where it has none. */
  readonly language: string;
  /** The second word: `serve`, `call`, or the name of its file. */
  readonly mark: string;
  readonly text: string;
  /** The line on which the block begins, from 1. */
  readonly line: number;
  /** The hidden comment right before it (`<!-- … -->`), which says in what code the block stands. */
  readonly comment: string;
}

const FENCE = /^( *)```([\w-]*)(?: (\S+))?\n(.*?)^ *```$/gms;

/** The fenced blocks, in order. The indentation of a block in a list is not part of it. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(FENCE)].map(
    ({ 1: indent = '', 2: language = '', 3: mark = '', 4: text = '', index }) => {
      const before = markdown.slice(0, index);
      const [, comment = ''] = /<!--\n?((?:(?!-->).)*)-->\n*$/s.exec(before) ?? [];
      const lines = text.split('\n').map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
      return { language, mark, text: lines.join('\n'), line: before.split('\n').length, comment };
    },
  );
}

/** The blocks with a mark, in order. */
export function markedBlocks(markdown: string): Block[] {
  return blocksOf(markdown).filter(({ mark }) => mark !== '');
}

/** What people read between the blocks. */
export function proseOf(markdown: string): string {
  return markdown.replaceAll(FENCE, '');
}

/** The anchor that GitHub gives to a heading. */
export function anchorOf(heading: string): string {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
}

/** The anchors of a page. A heading that repeats gets a number. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(markdown).matchAll(/^#{1,6} +(.+)$/gm)) {
    const anchor = anchorOf(heading);
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

/** The targets of links to files: everything but addresses of the web. */
export function linksOf(markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/\]\((?!\w+:)([^)\s]*)\)/g)].map(([, link = '']) => link);
}
