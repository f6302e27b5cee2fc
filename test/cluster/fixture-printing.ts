import { McpServer } from '@modelcontextprotocol/server';

/** What libraries print while a module loads: text, several lines, a record of their own, warnings of Node, and more than a pipe holds. */
console.log('plain text');
console.error(new Error('two\nlines'));
console.log(JSON.stringify({ mine: true }));
process.emitWarning('this is old', 'DeprecationWarning', 'DEP0');
const flood = Number(process.env['FLOOD'] ?? 0);
for (let line = 0; line < flood; line++) console.error(`line ${line} ${'x'.repeat(1000)}`);

export default () => new McpServer({ name: 'printing', version: '1.0.0' });
