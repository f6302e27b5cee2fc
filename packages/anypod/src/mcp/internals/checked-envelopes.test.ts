import { McpServer, type Transport } from '@modelcontextprotocol/server';
import { McpServer as Oldest } from 'server-v2-oldest';
import { describe, expect, it } from 'vitest';
import type { JsonRpcRequest, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { entryOfChecked } from './checked-envelopes.ts';
import { type MessageEntry, messageEntryOf } from './message-entry.ts';
import { speakModern } from './modern-era.ts';
import { protocolOf } from './protocol.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const META = {
  [VERSION]: '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
};

/** A call whose envelope is wrong, so that its answer shows whether the SDK has looked. */
const wrong: JsonRpcRequest = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'hello', _meta: { ...META, [VERSION]: 7 } },
};
const EXTRA = { classification: { era: 'modern', revision: '2026-07-28' } };

/** A connected server, and what it answers through an entry. */
async function start(Server: typeof McpServer) {
  const server = new Server({ name: 'test', version: '1' });
  server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }));
  let answered = (_answer: JsonRpcResponse): void => undefined;
  const send = async (message: unknown) => answered(message as JsonRpcResponse);
  await server.connect({ start: async () => undefined, close: async () => undefined, send } as Transport);
  speakModern(server, { ...wrong, params: { _meta: META } });
  const ask = (entry: MessageEntry) =>
    new Promise<JsonRpcResponse>((resolve) => {
      answered = resolve;
      entry.request(wrong, EXTRA);
    });
  return { server, entry: messageEntryOf(server) as MessageEntry, ask };
}

describe.each([
  ['newest', McpServer],
  ['2.0.0', Oldest as unknown as typeof McpServer],
])('a checked envelope, with SDK v2 %s', (_name, Server) => {
  it('is not checked again', async () => {
    const { server, entry, ask } = await start(Server);
    expect(await ask(entryOfChecked(server, entry))).toMatchObject({ result: { content: [{ text: 'hello' }] } });
  });

  it('lets the SDK check what comes through the other entry', async () => {
    const { server, entry, ask } = await start(Server);
    const checked = entryOfChecked(server, entry);
    for (let round = 0; round < 2; round += 1) {
      expect(await ask(entry)).toMatchObject({ error: { code: -32_602 } });
      expect(await ask(checked)).toMatchObject({ result: {} });
    }
  });

  it('is checked by the SDK if it chooses its rules elsewhere', async () => {
    const { server, entry, ask } = await start(Server);
    Object.assign(protocolOf(server), { _negotiatedWireCodec: undefined });
    expect(entryOfChecked(server, entry)).toBe(entry);
    Reflect.deleteProperty(protocolOf(server), '_negotiatedWireCodec');
    expect(await ask(entry)).toMatchObject({ error: { code: -32_602 } });
  });

  it('asks the rules that the server itself chooses', async () => {
    const { server, entry, ask } = await start(Server);
    const protocol = protocolOf(server) as { _negotiatedWireCodec?: () => object };
    const choose = protocol._negotiatedWireCodec as () => object;
    let asked = 0;
    protocol._negotiatedWireCodec = function () {
      asked += 1;
      return choose.call(this);
    };
    expect(await ask(entryOfChecked(server, entry))).toMatchObject({ result: {} });
    expect(asked).toBeGreaterThan(0);
  });
});
