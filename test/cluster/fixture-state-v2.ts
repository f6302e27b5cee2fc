import { setTimeout as delay } from 'node:timers/promises';
import { McpServer, ProtocolError } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { fill } from './fixture-state.ts';

const capabilities = { logging: {}, tools: { listChanged: true }, resources: { subscribe: true } };
const anything = z.looseObject({});

/** A server of SDK v2 with its own handlers. It registers a tool once the client has initialized. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'state-v2', version: '1.0.0' }, { capabilities });
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
  const oninitialized = async () => {
    await delay(50);
    server.registerTool('late', {}, () => text('late'));
  };
  Object.assign(server.server, { oninitialized });
  fill({
    tool: (name, run) => void server.registerTool(name, {}, () => text(run())),
    onRequest: (method, handler) =>
      server.server.setRequestHandler(method as 'resources/subscribe', (request) => {
        handler({ ...request.params });
        return {};
      }),
    onNotification: (method, handler) => {
      if (method.startsWith('x/'))
        server.server.setNotificationHandler(method, { params: anything }, (params) => handler(params));
      else server.server.setNotificationHandler('notifications/roots/list_changed', () => handler({}));
    },
    listRoots: () => server.server.listRoots(),
    log: (level, data) => server.server.sendLoggingMessage({ level, data }),
    refusal: (code, message) => new ProtocolError(code, message),
  });
  return server;
}
