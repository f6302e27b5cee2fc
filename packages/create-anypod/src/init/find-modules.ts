import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file that makes an MCP server. */
export interface Candidate {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

const SOURCE = /\.[cm]?[jt]s$/;
const NO_SOURCE = /\.d\.[cm]?ts$|\.(test|spec|config)\.[cm]?[jt]s$/;
const SKIPPED = /^(\..*|node_modules|dist|build|out|coverage|tests?|__tests__)$/;

/** The files of a project that import an MCP SDK and make a server. Skips what is built, installed or a test. */
export function findModules(project: string): Candidate[] {
  return filesIn(project)
    .map((file) => ({ path: relative(project, file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }))
    .filter(({ text }) => text.includes('@modelcontextprotocol/') && /\bnew\s+(McpServer|Server)\s*\(/.test(text));
}

function filesIn(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => !SKIPPED.test(name));
  return entries.flatMap((entry) => pathsOf(directory, entry)).sort();
}

function pathsOf(directory: string, entry: Dirent): string[] {
  const path = join(directory, entry.name);
  if (entry.isDirectory()) return filesIn(path);
  return entry.isFile() && SOURCE.test(entry.name) && !NO_SOURCE.test(entry.name) ? [path] : [];
}
