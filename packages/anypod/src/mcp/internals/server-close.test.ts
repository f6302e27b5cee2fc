import { McpServer } from '@modelcontextprotocol/server';
import { McpServer as OldestMcpServer } from 'server-v2-oldest';
import { expect, it, vi } from 'vitest';
import { createAnypod } from '../../anypod.ts';
import { callTool } from './modern-call.fixture.ts';
import { type Protocol, protocolOf } from './protocol.ts';
import { closeServer } from './server-close.ts';

/** A server of SDK v2 and its protocol, connected to a transport that does nothing. */
async function connected(kind: typeof McpServer) {
  const server = new kind({ name: 'test', version: '1' }, { capabilities: {} });
  const transport = { start: async () => undefined, send: async () => undefined, close: async () => undefined };
  await server.connect(transport);
  return { server, protocol: protocolOf(server) as Protocol & { _transport?: unknown } };
}

const KINDS = [
  ['2.0.0', OldestMcpServer as unknown as typeof McpServer],
  ['newest', McpServer],
] as const;

it.each(KINDS)('a server of SDK v2 %s for which nothing waits closes without the SDK', async (_name, kind) => {
  const { server, protocol } = await connected(kind);
  const close = vi.fn<() => void>();
  closeServer(server, close);
  expect(close).not.toHaveBeenCalled();
  expect(protocol.transport).toBeUndefined();
});

it.each<[string, (protocol: Protocol) => unknown]>([
  ['asks its client', (protocol) => (protocol._responseHandlers as Map<unknown, unknown>).set(1, () => undefined)],
  ['runs a request', (protocol) => (protocol._requestHandlerAbortControllers as Map<unknown, unknown>).set(1, {})],
  ['has an `onclose`', (protocol) => Object.assign(protocol, { onclose: () => undefined })],
  ['has its own `_onclose`', (protocol) => Object.assign(protocol, { _onclose: () => undefined })],
  ['lacks a private member', (protocol) => Object.assign(protocol, { _timeoutInfo: undefined })],
])('a server that %s closes as the SDK closes it', async (_what, change) => {
  const { server, protocol } = await connected(McpServer);
  change(protocol);
  const close = vi.fn<() => void>();
  closeServer(server, close);
  expect(close).toHaveBeenCalledOnce();
  expect(protocol.transport).toBeDefined();
});

const DONE = { content: [{ type: 'text' as const, text: 'done' }] };

it.each([undefined, 'all'] as const)('with reuse %s, a call that was answered aborts no signal', async (reuse) => {
  const signals: AbortSignal[] = [];
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1' });
    server.registerTool('keep', {}, ({ mcpReq }) => {
      signals.push(mcpReq.signal);
      return DONE;
    });
    return server;
  };
  const pod = await createAnypod({ createServer, ...(reuse && { reuse }) });
  await callTool(pod, 'keep');
  await callTool(pod, 'keep');
  await pod.close();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});

it('code that wraps `onclose` of a transport sees each call close, and a handler that answers by itself is aborted', async () => {
  const closed = vi.fn<() => void>();
  const aborted = vi.fn<() => void>();
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1' });
    server.registerTool('keep', {}, () => DONE);
    server.registerTool('wait', {}, async ({ mcpReq }) => {
      mcpReq.signal.addEventListener('abort', aborted);
      await server.server.transport?.send({ jsonrpc: '2.0', id: mcpReq.id, result: DONE });
      return new Promise(() => undefined);
    });
    const connect = server.connect.bind(server);
    server.connect = async (transport) => {
      await connect(transport);
      const { onclose } = transport;
      transport.onclose = () => {
        closed();
        onclose?.();
      };
    };
    return server;
  };
  const pod = await createAnypod({ createServer });
  await callTool(pod, 'keep');
  const before = closed.mock.calls.length;
  expect(await callTool(pod, 'keep')).toMatchObject({ result: DONE });
  expect(closed).toHaveBeenCalledTimes(before + 1);
  expect(await callTool(pod, 'wait')).toMatchObject({ result: DONE });
  await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
  expect(closed).toHaveBeenCalledTimes(before + 2);
  await pod.close();
});
