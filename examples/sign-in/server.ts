import { McpServer } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** Who signed in, from the claims of the verified token. A server is built for one caller, who is always there: anypod refuses others. */
export default function createServer({ authInfo }: FactoryContext): McpServer {
  const server = new McpServer({ name: 'sign-in', version: '1.0.0' });
  server.registerTool('who_am_i', { description: 'Says who has signed in.' }, () => {
    const { iss, sub } = authInfo?.extra ?? {};
    return say(`${String(sub)} of ${String(iss)}, with the scopes ${authInfo?.scopes.join(' ')}`);
  });
  // auth.json asks for one more scope for this tool.
  server.registerTool('read_salary', { description: 'Reads the salary of the caller.' }, () => say('enough'));
  return server;
}
