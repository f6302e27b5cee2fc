import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Files outside of `docs` that are pages of the site, by their paths in the repository. */
const OTHERS: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'docs/README.md': 'contents.md',
  'helm/anypod/README.md': 'chart.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/** Where each page and picture of the site comes from: its path there, by its path in the repository. */
export function sitePages(root: string): ReadonlyMap<string, string> {
  const docs = globSync(['docs/*.md', 'docs/diagrams/*.svg', 'docs/images/*.png'], { cwd: root }).sort();
  const places = docs.map((file) => [file, OTHERS[file] ?? file.slice('docs/'.length)] as const);
  return new Map([...places, ...Object.entries(OTHERS)]);
}

/**
 * A page as the site has it: links lead to pages of the site, and other files of the repository to `repository`, the address of its files. Without
 * an address they are text. Comments of the source are gone.
 */
export function sitePage(root: string, file: string, pages: ReadonlyMap<string, string>, repository?: string): string {
  const here = dirname(pages.get(file) ?? '');
  const outsideOfCode = (text: string) =>
    text
      .replaceAll(/<!--.*?-->\n/gs, '')
      .replaceAll(
        /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!\w+:|#)([^)\s]+)\)/g,
        (_link, image: string, label: string, target: string) => {
          const [path = '', anchor] = target.split('#');
          const source = join(dirname(file), path);
          const page = pages.get(source);
          const hash = anchor === undefined ? '' : `#${anchor}`;
          if (page !== undefined) return `${image}[${label}](./${relative(here, page)}${hash})`;
          return repository === undefined ? label : `[${label}](${repository}/${source}${hash})`;
        },
      );
  const parts = readFileSync(join(root, file), 'utf8').split(/(^ *```.*?^ *```$)/gms);
  return parts.map((part, index) => (index % 2 === 1 ? part : outsideOfCode(part))).join('');
}

interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** The parts of `docs/README.md`, with the pages that each names. */
export function contents(root: string): Group[] {
  const pages = sitePages(root);
  const [, ...parts] = readFileSync(join(root, 'docs/README.md'), 'utf8').split(/^## /m);
  return parts.map((part) => ({
    text: part.split('\n')[0] ?? '',
    items: [...part.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = '', path = '']) => {
      const page = pages.get(join('docs', path));
      if (page === undefined) throw new Error(`docs/README.md: the site has no page ${path}`);
      return { text, link: `/${page.replace(/\.md$/, '')}` };
    }),
  }));
}
