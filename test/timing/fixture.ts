import { McpServer } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';
import * as z from 'zod';
import { text } from '../cluster/fixture-tools.ts';

const handle = z.object({ handle: z.string().optional() });
const LARGE = 'x'.repeat(100_000);

/** A server with something that belongs to a caller, as large as it may well be. */
export default function createServer({ state }: FactoryContext): McpServer {
  const server = new McpServer({ name: 'timing-fixture', version: '1.0.0' });
  server.registerTool('keep', { inputSchema: handle }, async () =>
    text(await state.create({ kept: 'x'.repeat(50_000) })),
  );
  server.registerTool('open', { inputSchema: handle }, async ({ handle: id = '' }) =>
    text((await state.open(id)) === undefined ? 'There is no such handle.' : 'opened'),
  );
  server.registerTool('report', { inputSchema: handle }, async (_args, ctx) => {
    const params = { progressToken: ctx.mcpReq._meta?.progressToken ?? 0, progress: 1, message: LARGE };
    await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    return text(LARGE);
  });
  const _meta = { 'anypod/task': { mode: 'always', pollIntervalMs: 50 } };
  server.registerTool('job', { inputSchema: handle, _meta }, () => text(LARGE));
  return server;
}
