import { join } from 'node:path';
import { existingEntry } from './entry-file.ts';
import type { Candidate } from './find-modules.ts';
import { foreignSyntax } from './node-syntax.ts';
import { ownListeners } from './own-listener.ts';
import { type Factory, readFactory } from './read-factory.ts';
import { sharedVariables } from './shared-state.ts';
import { type Node, parseModule } from './syntax-tree.ts';

/** What stands in the way of a module, or what its author should know. */
export interface Finding {
  readonly line: number;
  /** anypod cannot serve the module before this has changed. Otherwise, it serves it, and calls on different pods may differ. */
  readonly blocks: boolean;
  readonly text: string;
}

/** What was found out about a module that makes a server. */
export interface Judgement {
  readonly path: string;
  readonly findings: readonly Finding[];
  /** The name under which the module exports the function that makes the server. */
  readonly exported: string | undefined;
}

/** Judges a module of `project`. Undefined: it makes no server of the SDK. */
export function judgeModule(project: string, { path, text }: Candidate): Judgement | undefined {
  let module: Node;
  try {
    module = parseModule(text);
  } catch (error) {
    const line = (error as { loc?: { line: number } }).loc?.line ?? 1;
    const finding = { line, blocks: true, text: `It cannot be read: ${(error as Error).message}` };
    return { path, findings: [finding], exported: undefined };
  }
  const factory = readFactory(module);
  if (factory === undefined) return undefined;
  const entry = existingEntry(project) !== undefined;
  const at =
    (blocks: boolean, say: (name: string) => string) => (found: { readonly name: string; readonly line: number }) => ({
      line: found.line,
      blocks,
      text: say(found.name),
    });
  const findings = [
    ...factoryFindings(factory, entry),
    ...sharedVariables(module).map(at(false, sharedText)),
    ...ownListeners(module).map(at(true, listenerText)),
    ...foreignSyntax(module, join(project, path)).map(at(!entry, foreignText)),
  ];
  return { path, findings: findings.sort((one, other) => one.line - other.line), exported: factory.exported };
}

const sharedText = (name: string) =>
  `Functions change ${name}, and each pod has its own. Keep it in context.session or context.state (docs/state.md); leave it if it is a cache.`;
const listenerText = (name: string) =>
  `${name} runs when the module is loaded, but anypod listens itself. Put the function that makes the server into a file of its own.`;
const foreignText = (name: string) =>
  `Node cannot run ${name}, because it only leaves out types. Change it, or write anypod.server.js, which exports the compiled function by default.`;

/** What keeps anypod from calling the function that makes the server. `entry`: the project has a module for anypod that calls it. */
function factoryFindings({ line, around, exported }: Factory, entry: boolean): Finding[] {
  const blocking = (text: string) => [{ line, blocks: true, text }];
  if (around === undefined) {
    return blocking(
      'One server is made when the module is loaded, and all clients would share it. Make it in a function: export function createServer() { …; return server; }',
    );
  }
  const name = around.name ?? 'The function';
  if (!around.returnsServer) {
    return blocking(`${name} makes the server and does not return it. Return it, and connect no transport to it.`);
  }
  if (exported === undefined) {
    return blocking(`${name} makes the server, and the module does not export it. Export it.`);
  }
  if (around.params === 0 || entry) return [];
  return blocking(
    `${name} needs arguments, and anypod passes only its context. Write anypod.server.ts: export default () => ${around.name ?? 'createServer'}(…)`,
  );
}
