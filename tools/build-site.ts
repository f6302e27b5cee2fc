/**
 * Builds the documentation site into `site/dist`: collects its pages, makes the reference of the API, runs VitePress, and checks every link within
 * the site. GITHUB_SERVER_URL and GITHUB_REPOSITORY say where links to the source lead; without them such links are text.
 * SITE_BASE is the path under which the site will be served, such as /anypod/.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brokenLinks } from './docs/site-links.ts';
import { sitePage, sitePages } from './docs/site-pages.ts';

const ROOT = join(import.meta.dirname, '..');
const SITE = join(ROOT, 'site');
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, SITE_BASE: base } = process.env;
const repository = server && name ? `${server}/${name}/blob/main` : undefined;

function run(program: string, ...args: string[]): void {
  execFileSync(join(SITE, 'node_modules/.bin', program), args, { cwd: SITE, stdio: 'inherit' });
}

for (const folder of ['pages', 'dist']) rmSync(join(SITE, folder), { recursive: true, force: true });
const pages = sitePages(ROOT);
for (const [file, page] of pages) {
  const path = join(SITE, 'pages', page);
  mkdirSync(dirname(path), { recursive: true });
  if (file.endsWith('.md')) writeFileSync(path, sitePage(ROOT, file, pages, repository));
  else copyFileSync(join(ROOT, file), path);
}
run('typedoc', '--options', 'typedoc.json');
run('vitepress', 'build');

const broken = brokenLinks(join(SITE, 'dist'), base);
for (const link of broken) console.error(`site: ${link}`);
if (broken.length > 0) process.exitCode = 1;
