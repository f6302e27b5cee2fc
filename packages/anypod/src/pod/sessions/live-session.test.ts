import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];
const info = (data: string) => ({ level: 'info' as const, data });

describe('a server message that belongs to no request', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  async function start(atOnce: (server: McpServer) => void = () => undefined) {
    const store = createMemoryStore();
    const servers: McpServer[] = [];
    const createServer = () => {
      const capabilities = { logging: {}, tools: { listChanged: true } };
      const server = new McpServer({ name: 'test', version: '1' }, { capabilities });
      servers.push(server);
      const connect = server.connect.bind(server);
      server.connect = async (transport) => {
        await connect(transport);
        atOnce(server);
      };
      return server;
    };
    const pod = await createAnypod({ createServer, store, secrets });
    open.push(pod);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const opened = await pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: HEADERS, body }));
    const session = opened.headers.get('mcp-session-id') ?? '';
    return { store, session, server: servers.at(-1) as McpServer };
  }

  it('is sent once the session is in the store, if it came before', async () => {
    const sent: Promise<void>[] = [];
    const { store, session } = await start((server) => sent.push(server.sendLoggingMessage(info('early'))));
    await sent.at(-1);
    await vi.waitFor(async () => {
      const read = await store.standing.read(session, '0-0');
      expect(read?.events.map(({ data }) => JSON.parse(data))).toMatchObject([{ params: info('early') }]);
    }, 30_000);
  });

  it('is refused in a session that has ended, except a list change, which McpServer sends without waiting', async () => {
    const { store, session, server } = await start();
    await server.sendLoggingMessage(info('in time'));
    await store.sessions.end(session);
    await expect(server.sendLoggingMessage(info('late'))).rejects.toThrow('The session has ended');
    await expect(server.server.ping()).rejects.toThrow('The session has ended');
    await server.server.sendToolListChanged();
  });
});
