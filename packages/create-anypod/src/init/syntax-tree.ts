import { tsPlugin } from '@sveltejs/acorn-typescript';
import { Parser } from 'acorn';

/** A node of the syntax tree (ESTree). */
export interface Node {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [member: string]: unknown;
}

const TypeScript = Parser.extend(tsPlugin());
const OPTIONS = { ecmaVersion: 'latest', sourceType: 'module', locations: true, allowHashBang: true } as const;

/** The tree of a JavaScript or TypeScript module. Throws `SyntaxError`. */
export function parseModule(text: string): Node {
  return TypeScript.parse(text, OPTIONS) as unknown as Node;
}

/** Calls `visit` for each node below `node`, outer ones first, with the nodes around it from the outermost to the innermost. */
export function walk(
  node: Node,
  visit: (node: Node, around: readonly Node[]) => void,
  around: readonly Node[] = [],
): void {
  visit(node, around);
  const inside = [...around, node];
  for (const child of Object.values(node).flat()) if (isNode(child)) walk(child, visit, inside);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}

export function isFunction({ type }: Node): boolean {
  return type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
}

/** The name of an identifier. Undefined: the node is something else. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : undefined;
}

/** The name of the variable at the beginning of `a`, `a.b` and `a[b].c`. */
export function rootName(node: unknown): string | undefined {
  if (isNode(node) && node.type === 'MemberExpression') return rootName(node['object']);
  return nameOf(node);
}

/** What a statement or an expression takes from another module, with `import`, `export … from` or `require`. Undefined: nothing, or only types. */
export function sourceOf(node: Node): string | undefined {
  if (/^(Import|Export)/.test(node.type) && isNode(node['source'])) {
    const isType = node['importKind'] === 'type' || node['exportKind'] === 'type';
    return isType ? undefined : String(node['source']['value']);
  }
  if (node.type !== 'CallExpression' || nameOf(node['callee']) !== 'require') return undefined;
  const [source] = node['arguments'] as Node[];
  return source?.type === 'Literal' ? String(source['value']) : undefined;
}
