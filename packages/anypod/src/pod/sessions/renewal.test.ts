import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const open: Anypod[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pod) => pod.close()));
});

it('renews the session and the log of a silent call, until it ends [legacy.session.use-renews]', async () => {
  // The store's own clock does not move: only the commands that the store gets count.
  const store = createMemoryStore({ clock: () => 0 });
  const touched = vi.spyOn(store.sessions, 'touch');
  const opened = vi.spyOn(store.events, 'open');
  const done = Promise.withResolvers<void>();
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1' });
    server.registerTool('wait', { inputSchema: z.object({}) }, async () => {
      await done.promise;
      return { content: [] };
    });
    return server;
  };
  const secrets = ['a secret of at least thirty-two bytes'];
  const pod = await createAnypod({
    createServer,
    store,
    secrets,
    sessionTtlMs: 100,
    streamIdleMs: 60,
    upgradeAfterMs: 1,
  });
  open.push(pod);
  const post = (message: object, headers: object = {}) =>
    pod.fetch(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: { ...HEADERS, ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      }),
    );
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const initialized = await post({ id: 0, method: 'initialize', params });
  const session = { 'mcp-session-id': initialized.headers.get('mcp-session-id') ?? '' };
  const call = await post({ id: 1, method: 'tools/call', params: { name: 'wait', arguments: {} } }, session);
  await vi.waitFor(
    () => expect([touched.mock.calls.length, opened.mock.calls.length].every((n) => n > 4)).toBe(true),
    10_000,
  );
  done.resolve();
  expect(await call.text()).toContain('"result"');
  await vi.waitFor(() => expect(pod.busy).toBe(0), 30_000);
  touched.mockClear();
  opened.mockClear();
  const other = await post({ id: 0, method: 'initialize', params });
  const ofOther = { 'mcp-session-id': other.headers.get('mcp-session-id') ?? '' };
  const standing = await pod.fetch(new Request('http://localhost/mcp', { headers: { ...HEADERS, ...ofOther } }));
  await vi.waitFor(() => expect(touched.mock.calls.length).toBeGreaterThan(4), 10_000);
  expect(new Set(touched.mock.calls.flat())).toEqual(new Set([ofOther['mcp-session-id']]));
  expect(opened).not.toHaveBeenCalled();
  await standing.body?.cancel();
});
