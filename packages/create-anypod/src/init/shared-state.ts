import { declaredNames } from './functions.ts';
import { isFunction, isNode, type Node, nameOf, rootName, walk } from './syntax-tree.ts';

/** A variable outside of functions that functions change. */
export interface SharedVariable {
  readonly name: string;
  readonly line: number;
  /** It has the transports of sessions, which every server of its own keeps. */
  readonly holdsTransports: boolean;
}

const CHANGING = /^(set|add|delete|clear|push|pop|shift|unshift|splice)$/;

/** The variables of a module that its functions change: a Map of sessions, a counter, a list. */
export function sharedVariables(module: Node): SharedVariable[] {
  const variables = new Map<string, Omit<SharedVariable, 'name'>>();
  for (const statement of module['body'] as Node[]) {
    const declaration = isNode(statement['declaration']) ? statement['declaration'] : statement;
    if (declaration.type !== 'VariableDeclaration') continue;
    const { line } = declaration.loc.start;
    const typed = namesTransports(declaration);
    for (const name of declaredNames(declaration)) {
      variables.set(name, { line, holdsTransports: typed || /transport/i.test(name) });
    }
  }
  const changed = new Set<string>();
  walk(module, (node, around) => {
    const name = changedVariable(node);
    if (name !== undefined && variables.has(name) && around.some(isFunction)) changed.add(name);
  });
  return [...changed].map((name) => ({ name, line: 0, holdsTransports: false, ...variables.get(name) }));
}

/** Whether the type of a variable names a transport. */
function namesTransports(declaration: Node): boolean {
  let found = false;
  walk(declaration, (node) => {
    if (node.type === 'TSTypeReference' && nameOf(node['typeName'])?.endsWith('Transport')) found = true;
  });
  return found;
}

/** The variable that an expression changes, or whose content it changes. */
function changedVariable(node: Node): string | undefined {
  if (node.type === 'AssignmentExpression') return rootName(node['left']);
  if (node.type === 'UpdateExpression') return rootName(node['argument']);
  if (node.type === 'UnaryExpression' && node['operator'] === 'delete') return rootName(node['argument']);
  const callee = node.type === 'CallExpression' ? node['callee'] : undefined;
  if (!isNode(callee) || callee.type !== 'MemberExpression') return undefined;
  return CHANGING.test(nameOf(callee['property']) ?? '') ? rootName(callee['object']) : undefined;
}
