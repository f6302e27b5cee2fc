/**
 * Draws the diagrams of the documentation: an SVG for each `docs/diagrams/*.mmd`. `--check` writes nothing and fails if one is out of date.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMermaidSVG } from 'beautiful-mermaid';

const FOLDER = join(import.meta.dirname, '../docs/diagrams');

/** The colours follow the reader's preference, and the background belongs to the picture, so that it can be read on any page. */
const STYLE = `svg { --bg: #ffffff; --fg: #1f2328; --muted: #57606a; background: var(--bg) }
  @media (prefers-color-scheme: dark) { svg { --bg: #161b22; --fg: #e6edf3; --muted: #9198a1 } }`;

/** The picture of a diagram, with its first line (`%% …`) as the title: without fonts of the web, and the same on every machine. */
function draw(source: string): string {
  const [, title = ''] = /^%% (.+)$/m.exec(source) ?? [];
  const svg = renderMermaidSVG(source.replace(/^%%.*\n/, ''))
    .replace(/^\s*@import url\(.*\);$/m, `  ${STYLE}`)
    .replace(/(<svg [^>]*?) style="[^"]*">/, `$1>\n<title>${title}</title>`)
    .replaceAll("'Inter', ", '')
    .replaceAll('auto-start-reverse', 'auto')
    .replaceAll(/\d+\.\d{3,}/g, (number) => String(Math.round(Number(number) * 100) / 100));
  return `${svg.trim()}\n`;
}

for (const file of globSync('*.mmd', { cwd: FOLDER })) {
  const picture = join(FOLDER, file.replace(/mmd$/, 'svg'));
  const svg = draw(readFileSync(join(FOLDER, file), 'utf8'));
  if (!process.argv.includes('--check')) {
    writeFileSync(picture, svg);
  } else if (svg !== readFileSync(picture, 'utf8')) {
    console.error(`${picture} is out of date: run make diagrams`);
    process.exitCode = 1;
  }
}
