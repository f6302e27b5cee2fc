import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNode, type Node, walk } from './syntax-tree.ts';

/** TypeScript that Node cannot run by leaving out the types. */
export interface ForeignSyntax {
  readonly name: string;
  readonly line: number;
}

const NOT_ERASABLE: Readonly<Record<string, string>> = {
  TSEnumDeclaration: 'an enum',
  TSModuleDeclaration: 'a namespace',
  TSParameterProperty: 'a parameter property',
  TSImportEqualsDeclaration: 'import … = require(…)',
  TSExportAssignment: 'export =',
  Decorator: 'a decorator',
};

/** Finds what must be compiled before Node can run the module `file`: syntax, and imports of files that exist only when they are compiled. */
export function foreignSyntax(module: Node, file: string): ForeignSyntax[] {
  const found: ForeignSyntax[] = [];
  walk(module, (node) => {
    const { line } = node.loc.start;
    const what = node['declare'] === true ? undefined : NOT_ERASABLE[node.type];
    if (what !== undefined) found.push({ name: what, line });
    const source = /^(Import|Export)/.test(node.type) && isNode(node['source']) ? String(node['source']['value']) : '';
    if (source.startsWith('.') && !existsSync(join(dirname(file), source))) {
      found.push({ name: `the import of ${source}`, line });
    }
  });
  return found;
}
