import { McpServer as V1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer, Server, type Transport } from '@modelcontextprotocol/server';
import { McpServer as Oldest } from 'server-v2-oldest';
import { describe, expect, it } from 'vitest';
import { createAnypod } from '../../anypod.ts';
import { callTool } from './modern-call.fixture.ts';
import { protocolOf } from './protocol.ts';
import { connectsAsSdk, reconnect } from './reconnect.ts';

const INFO = { name: 'test', version: '1' };
const quiet = () => ({ start: async () => undefined, send: async () => undefined, close: async () => undefined });

class ConnectsItself extends McpServer {
  override async connect(...given: Parameters<McpServer['connect']>): Promise<void> {
    await super.connect(...given);
  }
}

describe('the code that runs when a server connects', () => {
  it.each<[string, () => object]>([
    ['a server of SDK v2', () => new McpServer(INFO)],
    ['a server of SDK v2 2.0.0', () => new Oldest(INFO)],
    ['a low-level server of SDK v2', () => new Server(INFO)],
  ])("is only the SDK's for %s", (_what, create) => {
    expect(connectsAsSdk(create())).toBe(true);
  });

  it.each<[string, () => object]>([
    ['a server of SDK v1', () => new V1(INFO)],
    ['a subclass', () => new ConnectsItself(INFO)],
    [
      'a server whose `connect` is wrapped',
      () => Object.assign(new McpServer(INFO), { connect: async () => undefined }),
    ],
    [
      'a server whose inner `connect` is wrapped',
      () => {
        const server = new McpServer(INFO);
        Object.assign(server.server, { connect: async () => undefined });
        return server;
      },
    ],
    ['an object that is no server', () => ({ connect: async () => undefined })],
  ])("is more than the SDK's for %s", (_what, create) => {
    expect(connectsAsSdk(create())).toBe(false);
  });
});

describe('a server that is connected again', () => {
  it('is refused while it has a transport', async () => {
    const server = new McpServer(INFO);
    const [first, second] = [quiet(), quiet()];
    await server.connect(first);
    expect(reconnect(server, second)).toBe(false);
    expect(protocolOf(server).transport).toBe(first);
    await server.close();
  });

  it('has the next transport once it has lost the first', () => {
    const server = new McpServer(INFO);
    const next = quiet();
    expect(reconnect(server, next)).toBe(true);
    expect(protocolOf(server).transport).toBe(next);
  });

  it('is refused if it keeps its transport elsewhere', () => {
    const server = new McpServer(INFO);
    Object.defineProperty(server.server, 'transport', { value: undefined });
    expect(reconnect(server, quiet())).toBe(false);
  });
});

/** How often `watch` sees something in three calls, after a first one that also finds out what the tool is. */
async function seenInThree(watch: (server: McpServer, see: () => void) => void): Promise<number> {
  let seen = 0;
  const pod = await createAnypod({
    reuse: 'all',
    createServer() {
      const server = new McpServer(INFO);
      server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }));
      watch(server, () => {
        seen += 1;
      });
      return server;
    },
  });
  const hello = { result: { content: [{ text: 'hello' }] } };
  expect(await callTool(pod, 'hello')).toMatchObject(hello);
  seen = 0;
  for (let left = 3; left > 0; left -= 1) expect(await callTool(pod, 'hello')).toMatchObject(hello);
  await pod.close();
  return seen;
}

/** As `seenInThree`, where code looks at each transport that the SDK connects to any server. */
async function seenByPatch(watch: (transport: Transport, see: () => void) => void): Promise<number> {
  const { connect } = Server.prototype;
  let see = (): void => undefined;
  Server.prototype.connect = async function (transport) {
    await connect.call(this, transport);
    watch(transport, () => see());
  };
  try {
    return await seenInThree((_server, count) => {
      see = count;
    });
  } finally {
    Server.prototype.connect = connect;
  }
}

describe('with servers that serve many calls', () => {
  it('the SDK connects no server again', async () => {
    expect(await seenByPatch((_transport, see) => see())).toBe(0);
  });

  it.each(['send', 'onmessage', 'onclose'] as const)(
    'code that replaces `%s` on the transports of all servers sees each call',
    async (name) => {
      const seen = await seenByPatch((transport, see) => {
        const own = transport[name] as (...given: unknown[]) => unknown;
        const watching = (...given: unknown[]) => {
          see();
          return own.apply(transport, given);
        };
        Object.assign(transport, { [name]: watching });
      });
      expect(seen).toBe(3);
    },
  );

  it.each<[string, (server: McpServer, see: () => void) => void]>([
    [
      '`connect`',
      (server, see) => {
        const connect = server.connect.bind(server);
        server.connect = (transport) => {
          see();
          return connect(transport);
        };
      },
    ],
    [
      '`onmessage` of each transport',
      (server, see) => {
        const connect = server.server.connect.bind(server.server);
        server.server.connect = async (transport) => {
          await connect(transport);
          const { onmessage } = transport;
          transport.onmessage = (message, extra) => {
            see();
            onmessage?.(message, extra);
          };
        };
      },
    ],
    ['`onclose` of the server', (server, see) => Object.assign(server.server, { onclose: see })],
  ])('code that watches %s sees each call', async (_what, watch) => {
    expect(await seenInThree(watch)).toBe(3);
  });
});
