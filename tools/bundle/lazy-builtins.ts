import { isBuiltin } from 'node:module';
import type { Plugin } from 'rolldown';

const PREFIX = '\0builtin:';

/**
 * Loads Node's own modules without the view that an `import` makes of them. That view reads every member, also those that Node loads when they are first
 * read: `import 'node:http'` loads the whole of `fetch` and `WebSocket`, which takes 30 ms of a start and 12 MB.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  resolveId(id, _importer, { kind }) {
    return kind === 'import-statement' && isBuiltin(id) ? PREFIX + id : null;
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    const name = id.slice(PREFIX.length);
    const members = Object.keys(process.getBuiltinModule(name) ?? {}).filter((member) => member !== 'default');
    const lines = members.map((member) => `const $${member} = builtin.${member};\nexport { $${member} as ${member} };`);
    const code = [`const builtin = process.getBuiltinModule('${name}');`, 'export default builtin;', ...lines];
    return { code: code.join('\n'), moduleSideEffects: false };
  },
};
