import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Child, startChild } from '../../test/lib/child.ts';
import { type Block, blocksOf } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the script prints after each of its blocks. */
const MARK = '--- end of block ---';

/** A block of commands, and what the page says that they print: lines in which `…` stands for anything. */
export interface Step {
  readonly commands: Block;
  readonly prints: readonly string[];
}

/** The commands of a page in order, each with the output that the page shows right after it. */
export function stepsOf(markdown: string): Step[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap((commands, index) => {
    if (commands.language !== 'sh') return [];
    const next = blocks[index + 1];
    const prints = next?.language === 'text' ? next.text.split('\n').filter((line) => line !== '') : [];
    return [{ commands, prints }];
  });
}

/** Makes `folder` look like a clone of this repository in which people follow a page. */
export function prepareClone(folder: string, files: Readonly<Record<string, string>>): void {
  for (const name of ['node_modules', 'helm']) symlinkSync(join(ROOT, name), join(folder, name));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

/** Runs the scripts in one bash, as somebody does who copies them one after the other. It stops where one fails. `shell` may start it elsewhere. */
export function startScript(
  scripts: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  shell: readonly [string, ...string[]] = ['bash'],
): Child {
  const script = scripts.map((text) => `${text}\necho '${MARK}'\n`).join('');
  const [command, ...before] = shell;
  return startChild(command, [...before, '-euo', 'pipefail', '-c', script], { cwd, env, detached: true });
}

/** What each script that ended has printed. */
export function outputsOf(child: Child): string[] {
  return child.logs().split(`${MARK}\n`).slice(0, -1);
}

/** The first line that is not in the output, after those before it. Undefined: all are. */
export function missingLine({ prints }: Step, output: string): string | undefined {
  let lines = output.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
  return prints.find((print) => {
    const parts = print
      .replaceAll(/ {2,}/g, ' ')
      .split(/ ?… ?/)
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const at = lines.findIndex((line) => new RegExp(`^${parts.join('.*')}$`).test(line));
    lines = lines.slice(at + 1);
    return at === -1;
  });
}
