import type { Rendering } from './render.ts';

/** A rendering as text, without its blank lines and without the secrets that each rendering makes at random. */
export function comparable({ text }: Pick<Rendering, 'text'>): string {
  return text
    .split(/^---\n/m)
    .map((document) =>
      /^kind: Secret$/m.test(document) ? document.replaceAll(/: "?[A-Za-z0-9+/]{40,}=*"?$/gm, ': random') : document,
    )
    .map((document) => document.replaceAll(/^\s*\n/gm, ''))
    .filter((document) => document !== '')
    .join('---\n');
}
