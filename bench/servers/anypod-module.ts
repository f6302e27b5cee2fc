/** The same server as a module for `anypod serve`. */
import { McpServer } from '@modelcontextprotocol/server';
import { withTools } from './tools.ts';

export default (): McpServer => withTools(new McpServer({ name: 'bench', version: '1.0.0' }));
