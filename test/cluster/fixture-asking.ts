import { McpServer } from '@modelcontextprotocol/server';
import { type Asking, registerAsking } from './asking-tools.ts';
import { registerRounds } from './fixture-rounds.ts';

/** A server of SDK v2 whose tools await what they ask, and one that asks in rounds. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'asking', version: '1.0.0' }, { capabilities: { logging: {} } });
  registerAsking(server as unknown as Asking, (context: unknown) => {
    const { mcpReq } = context as {
      mcpReq: { signal: AbortSignal; _meta?: object; notify(message: object): Promise<void> };
    };
    return { signal: mcpReq.signal, meta: mcpReq._meta, notify: (message) => mcpReq.notify(message) };
  });
  registerRounds(server);
  return server;
}
