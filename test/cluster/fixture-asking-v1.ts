import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type Asking, registerAsking } from './asking-tools.ts';

/** A server of SDK v1 whose tools await what they ask. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'asking', version: '1.0.0' }, { capabilities: { logging: {} } });
  registerAsking(server as unknown as Asking, (extra: unknown) => {
    const { signal, _meta, sendNotification } = extra as {
      signal: AbortSignal;
      _meta?: object;
      sendNotification(message: object): Promise<void>;
    };
    return { signal, meta: _meta, notify: sendNotification };
  });
  return server;
}
