import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  McpError,
  RootsListChangedNotificationSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { fill } from './fixture-state.ts';

const capabilities = { logging: {}, tools: { listChanged: true }, resources: { subscribe: true } };
const requests = {
  'logging/setLevel': SetLevelRequestSchema,
  'resources/subscribe': SubscribeRequestSchema,
  'resources/unsubscribe': UnsubscribeRequestSchema,
};
const custom = z.object({ method: z.literal('x/custom'), params: z.looseObject({}).optional() });

/** The same server as `fixture-state-v2.ts`, but of SDK v1. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'state-v1', version: '1.0.0' }, { capabilities });
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
  const oninitialized = async () => {
    await delay(50);
    server.registerTool('late', {}, () => text('late'));
  };
  Object.assign(server.server, { oninitialized });
  fill({
    tool: (name, run) => void server.registerTool(name, {}, () => text(run())),
    onRequest: (method, handler) =>
      server.server.setRequestHandler(requests[method as 'resources/subscribe'], (request) => {
        handler({ ...request.params });
        return {};
      }),
    onNotification: (method, handler) => {
      if (method.startsWith('x/')) server.server.setNotificationHandler(custom, ({ params }) => handler({ ...params }));
      else server.server.setNotificationHandler(RootsListChangedNotificationSchema, () => handler({}));
    },
    listRoots: () => server.server.listRoots(),
    log: (level, data) => server.server.sendLoggingMessage({ level, data }),
    refusal: (code, message) => new McpError(code, message),
  });
  return server;
}
