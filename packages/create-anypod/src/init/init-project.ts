import { existsSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';
import { findModules } from './find-modules.ts';
import { type Judgement, judgeModule } from './judge-module.ts';
import { type Change, neededLines, writeChanges } from './needed-lines.ts';

/**
 * Finds the server of a project, prints what stands in the way, and writes the lines that are needed if nothing does. Returns whether anypod can serve
 * it. Runs no code of the project. Throws `UsageError` if there is no server.
 */
export function initProject(project: string, version: string, print: (text: string) => void): boolean {
  if (!existsSync(project)) throw new UsageError(`${project}: there is no such directory.`);
  const judged = findModules(project).flatMap((candidate) => judgeModule(project, candidate) ?? []);
  const [best, ...others] = [...judged].sort((one, other) => blocking(one).length - blocking(other).length);
  if (best === undefined) {
    throw new UsageError(
      `${project}: no file makes a server with @modelcontextprotocol. Make a project with: npm create anypod@latest`,
    );
  }
  print(`The server is made in ${best.path}.`);
  for (const { path, line, blocks, text } of best.findings) print(`  ${blocks ? '✗' : '!'} ${path}:${line}  ${text}`);
  for (const { path } of others) print(`  (${path} makes one too.)`);
  const inTheWay = blocking(best).length;
  if (inTheWay > 0) {
    print(
      `\n${inTheWay} of these ${inTheWay === 1 ? 'stands' : 'stand'} in the way (✗). Nothing was written. Change this, and run anypod init again.`,
    );
    return false;
  }
  tell(project, neededLines(project, best, version), print);
  return true;
}

const blocking = ({ findings }: Judgement) => findings.filter(({ blocks }) => blocks);

/** Writes the changes and says what they are. */
function tell(project: string, changes: readonly Change[], print: (text: string) => void): void {
  if (changes.length === 0) {
    print('\nanypod serves it already. Nothing was written.');
    return;
  }
  writeChanges(project, changes);
  print('\nWritten:');
  for (const { path, line } of changes) print(`  ${path}  ${line}`);
  print('\nNext:\n  npm install\n  npm run pods');
}
