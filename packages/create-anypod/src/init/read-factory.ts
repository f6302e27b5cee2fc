import { exportsOf, functionName } from './functions.ts';
import { serverMaker } from './server-classes.ts';
import { isFunction, isNode, type Node, nameOf, walk } from './syntax-tree.ts';

/** Where a module makes its server. */
export interface Factory {
  /** The line of `new McpServer`. */
  readonly line: number;
  /** The function around it. Undefined: the server is made when the module loads. */
  readonly around:
    | { readonly name: string | undefined; readonly params: number; readonly returnsServer: boolean }
    | undefined;
  /** The name under which the module exports the function. */
  readonly exported: string | undefined;
}

/** Finds the first server that a module makes. Undefined: it makes none of the SDK's. */
export function readFactory(module: Node): Factory | undefined {
  const makesServer = serverMaker(module);
  const exported = exportsOf(module);
  const found: Factory[] = [];
  walk(module, (node, around) => {
    if (!makesServer(node)) return;
    const line = node.loc.start.line;
    const index = around.findLastIndex(isFunction);
    const builder = around[index];
    if (builder === undefined) return void found.push({ line, around: undefined, exported: undefined });
    const name = functionName(builder, around.slice(0, index));
    const isDefault = around[index - 1]?.type === 'ExportDefaultDeclaration';
    const parent = around.at(-1);
    const variable = parent?.type === 'VariableDeclarator' ? nameOf(parent['id']) : undefined;
    found.push({
      line,
      around: { name, params: needed(builder), returnsServer: returns(builder, node, variable) },
      exported: isDefault ? 'default' : exported.get(name ?? ''),
    });
  });
  // What anypod can serve comes first.
  return found.find(({ exported: name }) => name !== undefined) ?? found[0];
}

/** How many arguments a function needs, beside the context of anypod, which it may take apart. */
function needed(builder: Node): number {
  const params = builder['params'] as Node[];
  const isContext = (param: Node) => contextType(param) === 'FactoryContext' || param.type !== 'Identifier';
  return params.filter((param) => !isContext(param)).length;
}

/** Whether a function returns the server that it makes: itself, or the variable that holds it. */
function returns(builder: Node, server: Node, variable: string | undefined): boolean {
  const isServer = (value: unknown) => value === server || (variable !== undefined && nameOf(value) === variable);
  if (isServer(builder['body'])) return true;
  let found = false;
  walk(builder, (node, around) => {
    if (node.type !== 'ReturnStatement' || around.findLast(isFunction) !== builder) return;
    if (isServer(node['argument'])) found = true;
  });
  return found;
}

/** The name of a parameter's type. */
function contextType({ typeAnnotation }: Node): string | undefined {
  const type = isNode(typeAnnotation) ? typeAnnotation['typeAnnotation'] : undefined;
  return isNode(type) ? nameOf(type['typeName']) : undefined;
}
