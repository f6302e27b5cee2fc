import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createAliases } from './path-aliases.ts';
import { type Node, parseModule, sourceOf, walk } from './syntax-tree.ts';

/** Something that Node cannot run by leaving out the types, or an import that it does not find. */
export interface Foreign {
  /** Relative to the project. */
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly kind: 'syntax' | 'import';
}

const NOT_ERASABLE: Readonly<Record<string, string>> = {
  TSEnumDeclaration: 'an enum',
  TSModuleDeclaration: 'a namespace',
  TSParameterProperty: 'a parameter property',
  TSImportEqualsDeclaration: 'import … = require(…)',
  TSExportAssignment: 'export =',
  Decorator: 'a decorator',
};
const SOURCE = /\.[cm]?[jt]s$/;
/** `require` finds them without their endings. */
const ENDINGS = ['', '.js', '.json', '.cjs', '/index.js'];

/** Finds what must be compiled before Node can run the module at `path` and the modules of the project that it imports. */
export function findForeign(project: string, path: string, module: Node): Foreign[] {
  const seen = new Set<string>();
  const isAlias = createAliases(project);
  const isCommonJs = typeOf(project) === 'commonjs';

  function look(at: string, tree: Node): Foreign[] {
    seen.add(at);
    const imports = importsOf(tree);
    const found = imports.map((one) => ({ ...one, target: targetOf(project, at, one) }));
    const lost = found.filter(
      ({ source, target }) => (target === undefined ? source.startsWith('.') : false) || isAlias(source),
    );
    const next = found.flatMap(({ target }) =>
      target !== undefined && SOURCE.test(target) ? [relative(project, target)] : [],
    );
    const [first] = imports;
    return [
      ...foreignSyntax(at, tree),
      ...(isCommonJs && at.endsWith('.ts') && first !== undefined
        ? [
            {
              path: at,
              line: first.line,
              name: 'import and export in a package of "type": "commonjs"',
              kind: 'syntax' as const,
            },
          ]
        : []),
      ...lost.map(({ source, line }) => ({ path: at, line, name: source, kind: 'import' as const })),
      ...next.flatMap((file) => (seen.has(file) ? [] : look(file, parsed(join(project, file))))),
    ];
  }

  return look(path, module);
}

function foreignSyntax(path: string, tree: Node): Foreign[] {
  const found: Foreign[] = [];
  walk(tree, (node) => {
    const name = node['declare'] === true ? undefined : NOT_ERASABLE[node.type];
    if (name !== undefined) found.push({ path, line: node.loc.start.line, name, kind: 'syntax' });
  });
  return found;
}

interface Import {
  readonly source: string;
  readonly line: number;
  readonly required: boolean;
}

function importsOf(tree: Node): Import[] {
  const found: Import[] = [];
  walk(tree, (node) => {
    const source = sourceOf(node);
    if (source !== undefined)
      found.push({ source, line: node.loc.start.line, required: node.type === 'CallExpression' });
  });
  return found;
}

/** The file of a relative import. Undefined: Node does not find it, or it is not relative. */
function targetOf(project: string, at: string, { source, required }: Import): string | undefined {
  if (!source.startsWith('.')) return undefined;
  const endings = required ? ENDINGS : [''];
  return endings.map((ending) => join(project, dirname(at), source) + ending).find((file) => existsSync(file));
}

/** A module that cannot be read says so when it is loaded. */
function parsed(file: string): Node {
  try {
    return parseModule(readFileSync(file, 'utf8'));
  } catch {
    return parseModule('');
  }
}

/** `type` of the project's package.json. */
function typeOf(project: string): unknown {
  const file = join(project, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }).type : undefined;
}
