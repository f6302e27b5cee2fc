import { existingEntry } from './entry-file.ts';
import type { Candidate } from './find-modules.ts';
import { findForeign } from './node-syntax.ts';
import { ownListeners } from './own-listener.ts';
import { type Factory, readFactory } from './read-factory.ts';
import { sharedVariables } from './shared-state.ts';
import { type Node, parseModule } from './syntax-tree.ts';

/** What stands in the way of a module, or what its author should know. */
export interface Finding {
  /** Relative to the project. */
  readonly path: string;
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
    const finding = { path, line, blocks: true, text: `It cannot be read: ${(error as Error).message}` };
    return { path, findings: [finding], exported: undefined };
  }
  const factory = readFactory(module);
  if (factory === undefined) return undefined;
  const entry = existingEntry(project) !== undefined;
  const at =
    (blocks: boolean, say: (name: string) => string) => (found: { path?: string; name: string; line: number }) => ({
      path: found.path ?? path,
      line: found.line,
      blocks,
      text: say(found.name),
    });
  const findings = [
    ...factoryFindings(factory, entry).map((finding) => ({ path, ...finding })),
    ...sharedVariables(module).map((variable) =>
      at(false, variable.holdsTransports ? sessionsText : sharedText)(variable),
    ),
    ...ownListeners(module).map(at(true, listenerText)),
    ...findForeign(project, path, module).map((one) => at(!entry, FOREIGN[one.kind])(one)),
  ];
  return {
    path,
    findings: findings.sort(
      (one, other) => Number(other.path === path) - Number(one.path === path) || one.line - other.line,
    ),
    exported: factory.exported,
  };
}

const sharedText = (name: string) =>
  `Functions change ${name}, and each pod has its own. Keep it in context.session or context.state (docs/state.md); leave it if it is a cache.`;
const sessionsText = (name: string) =>
  `anypod keeps the sessions and their transports itself, so ${name} is not needed.`;
const listenerText = (name: string) =>
  `${name} runs when the module is loaded, but anypod listens itself. Put the function that makes the server into a file of its own.`;
const COMPILED =
  "write anypod.server.js, which exports the compiled function by default: export { createServer as default } from './dist/…';";
const foreignText = (name: string) =>
  `Node cannot run ${name}, because it only leaves out types. Change it, or ${COMPILED}`;
const importText = (name: string) =>
  `Node does not find ${name}. It reads no paths of tsconfig.json, and needs the ending of the file. Import it as './….ts', or ${COMPILED}`;

const FOREIGN = { syntax: foreignText, import: importText };

/** What keeps anypod from calling the function that makes the server. `entry`: the project has a module for anypod that calls it. */
function factoryFindings({ line, around, exported }: Factory, entry: boolean): Omit<Finding, 'path'>[] {
  const blocking = (text: string) => [{ line, blocks: true, text }];
  if (around === undefined) {
    return blocking(
      'One server is made when the module is loaded, and all clients would share it. Make it in a function: export function createServer() { …; return server; }',
    );
  }
  const name = around.name ?? 'The function without a name';
  if (!around.returnsServer) {
    return blocking(`${name} makes the server and does not return it. Return it, and connect no transport to it.`);
  }
  if (exported === undefined) {
    const how =
      around.name === undefined ? 'Give it a name, and export it: export function createServer() { … }' : 'Export it.';
    return blocking(`${name} makes the server, and the module does not export it. ${how}`);
  }
  if (around.params === 0 || entry) return [];
  return blocking(
    `${name} needs arguments, and anypod passes only its context. Write anypod.server.ts: export default () => ${around.name ?? 'createServer'}(…)`,
  );
}
