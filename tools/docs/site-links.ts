import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/**
 * The links of a built site that lead to no page, file or heading of it. `base`: the path under which it will be served. Addresses of the web are
 * not fetched.
 */
export function brokenLinks(folder: string, base = '/'): string[] {
  const pages = globSync('**/*.html', { cwd: folder }).sort();
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const idsOf = (page: string) => new Set([...(texts.get(page) ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const ids = new Map(pages.map((page) => [page, idsOf(page)]));
  return pages.flatMap((page) =>
    targetsOf(texts.get(page) ?? '')
      .filter((target) => {
        const [path = '', anchor = ''] = target.split('#');
        const file = fileOf(page, withoutBase(decodeURI(path), base));
        if (!texts.has(file)) return !existsSync(join(folder, file));
        return anchor !== '' && !ids.get(file)?.has(decodeURIComponent(anchor));
      })
      .map((target) => `${page}: ${target} leads nowhere`),
  );
}

function targetsOf(html: string): string[] {
  const all = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, target = '']) => target.replaceAll('&amp;', '&'));
  return [...new Set(all)].filter((target) => !/^(?:\w+:|\/\/)/.test(target) && target !== '');
}

const withoutBase = (path: string, base: string) => (path.startsWith(base) ? path.slice(base.length - 1) : path);

/** The file that answers for a path: a folder's page, or the page without its ending. */
function fileOf(page: string, path: string): string {
  if (path === '') return page;
  const file = path.startsWith('/') ? path.slice(1) : posix.join(dirname(page), path);
  if (file === '' || file.endsWith('/')) return `${file}index.html`;
  return posix.extname(file) === '' ? `${file}.html` : file;
}
