import { setTimeout as delay } from 'node:timers/promises';
import { McpServer, Server } from '@modelcontextprotocol/server';

const info = { name: 'bad-factory', version: '1.0.0' };
const shared = new McpServer(info);
const unreadable = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message for you');
  },
});

/** A proxy whose upstream server is not reachable. */
function proxy(): Server {
  const server = new Server(info, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => new Promise<never>(() => undefined));
  return server;
}

const factories: Record<string, () => unknown> = {
  shared: () => shared,
  hangs: () => delay(600_000),
  'throws-unreadable': () => {
    throw unreadable;
  },
  proxy,
};

// An import that never ends.
if (process.env['FIXTURE_FACTORY'] === 'import-hangs') {
  process.stdout.write('importing\n');
  await delay(600_000);
}

export default factories[process.env['FIXTURE_FACTORY'] ?? ''];
