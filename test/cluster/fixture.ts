import { McpServer } from '@modelcontextprotocol/server';
import { registerQuestions } from './fixture-questions.ts';
import { registerRounds } from './fixture-rounds.ts';
import { registerTools, registerWaiting } from './fixture-tools.ts';
import { record } from './journal.ts';

/** A server of SDK v2, as a user would write it; its tools show the tests what a handler sees. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'cluster-fixture', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } } },
  );
  server.server.oninitialized = () => record('initialized', server.server.getClientVersion()?.name ?? '');
  registerTools(server);
  registerWaiting(server);
  registerQuestions(server);
  registerRounds(server);
  return server;
}
