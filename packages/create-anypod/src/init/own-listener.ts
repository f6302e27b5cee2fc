import { calledAtLoad, outermostFunction } from './functions.ts';
import { isNode, type Node, nameOf, walk } from './syntax-tree.ts';

/** Code that serves clients itself when the module loads. */
export interface OwnListener {
  readonly name: string;
  readonly line: number;
}

/** Finds listeners and transports that a module opens as soon as it is loaded. */
export function ownListeners(module: Node): OwnListener[] {
  const atLoad = calledAtLoad(module);
  const found: OwnListener[] = [];
  walk(module, (node, around) => {
    const what = listenerIn(node);
    if (what === undefined) return;
    const within = outermostFunction(around);
    if (within === undefined || atLoad.has(within)) found.push({ name: what, line: node.loc.start.line });
  });
  return found;
}

function listenerIn(node: Node): string | undefined {
  const callee = nameOf(node['callee']);
  if (node.type === 'NewExpression' && callee?.endsWith('ServerTransport')) return callee;
  if (node.type !== 'CallExpression' || !isNode(node['callee'])) return undefined;
  return nameOf(node['callee']['property']) === 'listen' ? 'listen()' : undefined;
}
