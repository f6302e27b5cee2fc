import { isNode, type Node, nameOf, sourceOf, walk } from './syntax-tree.ts';

const CLASS = /^(McpServer|Server)$/;

/** A name of another module, and what it is called here. Without `imported`: the whole module. */
interface Taken {
  readonly imported?: unknown;
  readonly local?: unknown;
}

/** Tells which expressions of a module make a server of the SDK: `new McpServer(…)`, or `new sdk.McpServer(…)`. */
export function serverMaker(module: Node): (node: Node) => boolean {
  const taken: Taken[] = [];
  walk(module, (node) => void taken.push(...takenOfSdk(node)));
  const namesOf = (some: readonly Taken[]) => new Set(some.map(({ local }) => nameOf(local)));
  const classes = namesOf(taken.filter(({ imported }) => CLASS.test(nameOf(imported) ?? '')));
  const modules = namesOf(taken.filter(({ imported }) => imported === undefined));
  return ({ type, callee }) => {
    if (type !== 'NewExpression' || !isNode(callee)) return false;
    if (callee.type !== 'MemberExpression') return classes.has(nameOf(callee));
    return modules.has(nameOf(callee['object'])) && CLASS.test(nameOf(callee['property']) ?? '');
  };
}

/** What an `import`, or a variable with `require`, takes of the SDK. */
function takenOfSdk(node: Node): readonly Taken[] {
  const declared = node.type === 'VariableDeclarator' && isNode(node['init']);
  const source = sourceOf(declared ? (node['init'] as Node) : node);
  if (!source?.startsWith('@modelcontextprotocol/')) return [];
  return declared ? takenBy(node['id']) : ((node['specifiers'] ?? []) as Taken[]);
}

/** What a variable takes of `require(…)`: the whole, or members of it. */
function takenBy(id: unknown): Taken[] {
  if (!isNode(id) || id.type !== 'ObjectPattern') return [{ local: id }];
  return (id['properties'] as Node[]).map(({ key, value }) => ({ imported: key, local: value }));
}
