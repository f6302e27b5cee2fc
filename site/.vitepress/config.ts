import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../../tools/docs/markdown.ts';
import { contents } from '../../tools/docs/site-pages.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The four parts of docs/README.md. The reference also has what TypeDoc makes of the source. */
const sidebar = contents(ROOT).map(({ text, items }) => ({
  text,
  collapsed: false,
  items: text === 'Reference' ? [...items, { text: 'API', link: '/api/' }] : [...items],
}));

export default defineConfig({
  title: 'anypod',
  description: 'Run an ordinary MCP server as identical stateless pods. Any pod can answer any request.',
  base: process.env['SITE_BASE'] ?? '/',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  cleanUrls: false,
  // The pages are plain Markdown: `<module>` is a word, and headings have the anchors that GitHub gives them.
  markdown: {
    html: false,
    anchor: { slugify: anchorOf },
    toc: { slugify: anchorOf },
    headers: { slugify: anchorOf },
    languageAlias: { haproxy: 'ini' },
  },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/api/' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
