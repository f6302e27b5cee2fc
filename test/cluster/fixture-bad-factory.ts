import { setTimeout as delay } from 'node:timers/promises';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer, Server } from '@modelcontextprotocol/server';

const info = { name: 'bad-factory', version: '1.0.0' };
const shared = new McpServer(info);
const sharedV1 = new McpServerV1(info);
const unreadable = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message for you');
  },
});

function thrower(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

/** A proxy whose upstream is away. */
function proxy(): Server {
  const server = new Server(info, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => new Promise<never>(() => undefined));
  return server;
}

const factories: Record<string, () => unknown> = {
  shared: () => shared,
  'shared-v1': () => sharedV1,
  hangs: () => delay(600_000),
  'throws-undefined': thrower(undefined),
  'throws-string': thrower('no database today'),
  'throws-frozen': thrower(Object.freeze(new Error('cold'))),
  'throws-unreadable': thrower(unreadable),
  proxy,
};

// One that does not come to an end while it is imported.
if (process.env['FIXTURE_FACTORY'] === 'import-hangs') {
  process.stdout.write('importing\n');
  await delay(600_000);
}

export default factories[process.env['FIXTURE_FACTORY'] ?? ''];
