import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { registerAskingTools } from './asking-tools.ts';
import { registerContent } from './content.ts';
import { registerPrompts } from './prompts.ts';
import { registerQuestionTools } from './question-tools.ts';
import { registerRunningTools } from './running-tools.ts';

/** Everything that the official conformance suites look for, as a server of SDK v1 says it. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'everything-v1', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  registerContent(server);
  registerRunningTools(server);
  registerQuestionTools(server);
  registerAskingTools(server);
  registerPrompts(server);
  return server;
}
