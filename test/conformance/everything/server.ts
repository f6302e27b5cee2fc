import { McpServer } from '@modelcontextprotocol/server';
import { registerContentTools } from './content-tools.ts';
import { registerInputRequiredTools } from './input-required-tools.ts';
import { registerInputRoundsTools } from './input-rounds-tools.ts';
import { registerPrompts } from './prompts.ts';
import { registerQuestionTools } from './question-tools.ts';
import { registerResources } from './resources.ts';
import { registerRunningTools } from './running-tools.ts';
import { registerSchemaTools } from './schema-tools.ts';
import { registerStatelessTools } from './stateless-tools.ts';
import { registerTaskTools } from './task-tools.ts';

/** Everything that the official conformance suites look for. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  registerContentTools(server);
  registerRunningTools(server);
  registerQuestionTools(server);
  registerSchemaTools(server);
  registerStatelessTools(server);
  registerInputRequiredTools(server);
  registerInputRoundsTools(server);
  registerTaskTools(server);
  registerResources(server);
  registerPrompts(server);
  return server;
}
