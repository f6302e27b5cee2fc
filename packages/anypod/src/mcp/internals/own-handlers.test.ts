import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { RootsListChangedNotificationSchema, SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { JsonRpcMessage } from '../../core/json/json-rpc.ts';
import { handlesRequest, leaveLogLevelsToPods, untilHandled } from './own-handlers.ts';

type Handler = () => Promise<void>;

/** The parts of either SDK's server that the tests need. */
interface Subject {
  readonly mcp: McpServerV1 | McpServerV2;
  onSubscribe(): void;
  onRoots(handler: Handler): void;
}

const info = { name: 'test', version: '1' };
const capabilities = { logging: {}, resources: { subscribe: true } };

const subjects: Record<string, (options?: { capabilities: object }) => Subject> = {
  'SDK v1': (options) => {
    const mcp = new McpServerV1(info, options);
    return {
      mcp,
      onSubscribe: () => mcp.server.setRequestHandler(SubscribeRequestSchema, () => ({})),
      onRoots: (handler) => mcp.server.setNotificationHandler(RootsListChangedNotificationSchema, handler),
    };
  },
  'SDK v2': (options) => {
    const mcp = new McpServerV2(info, options);
    return {
      mcp,
      onSubscribe: () => mcp.server.setRequestHandler('resources/subscribe', () => ({})),
      onRoots: (handler) => mcp.server.setNotificationHandler('notifications/roots/list_changed', handler),
    };
  },
};

/** Connects the server. `hand` gives it a message, and `said` has the messages that it has sent. */
async function connect({ mcp }: Subject) {
  const said: JsonRpcMessage[] = [];
  const transport = {
    onmessage: undefined as ((message: JsonRpcMessage) => void) | undefined,
    sessionId: 's',
    start: async () => undefined,
    close: async () => undefined,
    send: async (message: unknown) => void said.push(message as JsonRpcMessage),
  };
  await (mcp as McpServerV2).connect(transport as never);
  const params = { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: info };
  transport.onmessage?.({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  await expect.poll(() => said.length).toBe(1);
  return { said, hand: (message: JsonRpcMessage) => transport.onmessage?.(message) };
}

const changed = 'notifications/roots/list_changed';

describe.each(Object.keys(subjects))('the handlers of %s', (sdk) => {
  const create = subjects[sdk] as (options?: { capabilities: object }) => Subject;

  it('are the SDK’s for logging/setLevel if logging is declared, and never for subscriptions', () => {
    const [bare, full] = [create(), create({ capabilities })];
    const methods = ['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'];
    expect(methods.map((method) => handlesRequest(bare.mcp, method))).toEqual([false, false, false]);
    expect(methods.map((method) => handlesRequest(full.mcp, method))).toEqual([true, false, false]);
    full.onSubscribe();
    expect(methods.map((method) => handlesRequest(full.mcp, method))).toEqual([true, true, false]);
    bare.mcp.server.fallbackRequestHandler = async () => ({});
    expect(handlesRequest(bare.mcp, 'resources/subscribe')).toBe(true);
  });

  it('keep no log level that is left to the pods', async () => {
    const subject = create({ capabilities });
    leaveLogLevelsToPods(subject.mcp);
    const { said, hand } = await connect(subject);
    hand({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'error' } });
    await expect.poll(() => said.at(-1)).toMatchObject({ id: 1, result: {} });
    await subject.mcp.server.sendLoggingMessage({ level: 'debug', data: 'heard' }, 's');
    expect(said.at(-1)).toMatchObject({ params: { data: 'heard' } });
  });

  it('are waited for, also if they fail', async () => {
    const subject = create({ capabilities });
    const { hand } = await connect(subject);
    for (const fails of [false, true]) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let ended = false;
      subject.onRoots(async () => {
        await promise.finally(() => {
          ended = true;
        });
      });
      const handled = untilHandled(subject.mcp, changed, () => hand({ jsonrpc: '2.0', method: changed }));
      setTimeout(() => (fails ? reject(new Error('on purpose')) : resolve()), 20);
      expect(ended).toBe(false);
      await handled;
      expect(ended).toBe(true);
    }
  });

  it('are still the module’s own afterwards', async () => {
    const subject = create({ capabilities });
    const { hand } = await connect(subject);
    const heard: string[] = [];
    subject.mcp.server.fallbackNotificationHandler = async ({ method }) => void heard.push(method);
    const fallback = subject.mcp.server.fallbackNotificationHandler;
    await untilHandled(subject.mcp, 'x/other', () => hand({ jsonrpc: '2.0', method: 'x/other' }));
    expect(heard).toEqual(['x/other']);
    expect(subject.mcp.server.fallbackNotificationHandler).toBe(fallback);
    subject.onRoots(async () => void heard.push('roots'));
    await untilHandled(subject.mcp, changed, () => hand({ jsonrpc: '2.0', method: changed }));
    hand({ jsonrpc: '2.0', method: changed });
    await expect.poll(() => heard).toEqual(['x/other', 'roots', 'roots']);
  });

  it('are not waited for if there is none, or if the SDK drops the notification', async () => {
    const subject = create({ capabilities });
    const { hand } = await connect(subject);
    await untilHandled(subject.mcp, 'x/unknown', () => hand({ jsonrpc: '2.0', method: 'x/unknown' }));
    subject.onRoots(async () => undefined);
    await untilHandled(subject.mcp, changed, () => undefined);
  });
});

it('a server without the members of an SDK stays unchanged', async () => {
  const bare = { connect: async () => undefined, close: async () => undefined };
  expect(handlesRequest(bare, 'resources/subscribe')).toBe(false);
  leaveLogLevelsToPods(bare);
  let handed = false;
  await untilHandled(bare, changed, () => {
    handed = true;
  });
  expect(handed).toBe(true);
});
