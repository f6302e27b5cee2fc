import { isFunction, isNode, type Node, nameOf, rootName, walk } from './syntax-tree.ts';

/** The name of a function that is declared, or that a variable holds. `around` are the nodes around it. */
export function functionName(node: Node, around: readonly Node[]): string | undefined {
  const parent = around.at(-1);
  return nameOf(node['id']) ?? (parent?.type === 'VariableDeclarator' ? nameOf(parent['id']) : undefined);
}

/** The names under which a module exports what it declares: by name, `default` for the default export. */
export function exportsOf(module: Node): Map<string, string> {
  return new Map((module['body'] as Node[]).flatMap(exportedBy));
}

function exportedBy(statement: Node): [local: string, exported: string][] {
  const { type, declaration, specifiers } = statement;
  if (type === 'ExpressionStatement') return exportedByCommonJs(statement['expression']);
  if (type === 'ExportDefaultDeclaration' && isNode(declaration)) {
    return [[nameOf(declaration) ?? nameOf(declaration['id']) ?? '', 'default']];
  }
  if (type !== 'ExportNamedDeclaration') return [];
  const declared = isNode(declaration) ? declaredNames(declaration) : [];
  const listed = (specifiers as Node[]).map(({ local, exported }) => [local, exported].map((one) => nameOf(one) ?? ''));
  return [...declared.map((name): [string, string] => [name, name]), ...(listed as [string, string][])];
}

/** `module.exports = make`, `module.exports = { make }`, `exports.make = make`. */
function exportedByCommonJs(expression: unknown): [local: string, exported: string][] {
  if (!isNode(expression) || expression.type !== 'AssignmentExpression') return [];
  const { left, right } = expression as unknown as { left: Node; right: Node };
  const member = left.type === 'MemberExpression' ? nameOf(left['property']) : undefined;
  const isWhole = member === 'exports' && rootName(left) === 'module';
  if (!isWhole) {
    const local = nameOf(right) ?? nameOf(right['id']);
    const isOne = rootName(left) === 'exports' || rootName(left) === 'module';
    return isOne && member !== undefined ? [[local ?? member, member]] : [];
  }
  if (right.type !== 'ObjectExpression') return [[nameOf(right) ?? nameOf(right['id']) ?? '', 'default']];
  const members = (right['properties'] as Node[]).map(({ key, value }) => [nameOf(value) ?? '', nameOf(key) ?? '']);
  return members as [string, string][];
}

/** The names that a statement declares. */
export function declaredNames(statement: Node): string[] {
  const own = nameOf(statement['id']);
  if (own !== undefined) return [own];
  const declarators = (statement['declarations'] ?? []) as Node[];
  return declarators.flatMap(({ id }) => nameOf(id) ?? []);
}

/** The names of the functions that run when the module loads, because code outside of functions calls them. */
export function calledAtLoad(module: Node): Set<string> {
  const calls: (readonly [from: string | undefined, to: string])[] = [];
  walk(module, (node, around) => {
    const to = node.type === 'CallExpression' ? nameOf(node['callee']) : undefined;
    if (to !== undefined) calls.push([outermostFunction(around), to]);
  });
  const names = new Set<string>();
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const [from, to] of calls) if (from === undefined || names.has(from)) names.add(to);
  }
  return names;
}

/** The name of the outermost function around a node; empty if it has none. Undefined: the code is in no function. */
export function outermostFunction(around: readonly Node[]): string | undefined {
  const index = around.findIndex(isFunction);
  const outermost = around[index];
  return outermost === undefined ? undefined : (functionName(outermost, around.slice(0, index)) ?? '');
}
