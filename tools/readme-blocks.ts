/** A fenced block of the README whose info string has a second word: `serve`, `call`, or the name of its file. */
export interface Block {
  readonly language: string;
  readonly mark: string;
  readonly text: string;
}

/** The marked blocks, in order. */
export function markedBlocks(markdown: string): Block[] {
  const fences = markdown.matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms);
  return [...fences].map(([, language = '', mark = '', text = '']) => ({ language, mark, text }));
}
