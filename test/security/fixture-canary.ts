import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';
import * as z from 'zod';
import { text } from '../cluster/fixture-tools.ts';

const outsideRequests = AsyncLocalStorage.snapshot();
const texts = z.object({ text: z.string().optional() });
const requestedSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };

/** A server whose tools leave something of every kind in Redis. What they say themselves begins with `canary-`. */
export default function createServer({ session, state }: FactoryContext): McpServer {
  const server = new McpServer(
    { name: 'canary-fixture', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } } },
  );
  server.registerResource('note', 'note://canary-uri', {}, ({ href }) => ({ contents: [{ uri: href, text: 'note' }] }));

  const changing = server.registerTool('canary-tool', { inputSchema: texts }, () => text('changed'));
  server.registerTool('keep', { inputSchema: texts }, async () => {
    await session?.set('canary-key', 'canary-value');
    const handle = await state.create({ held: 'canary-handle' });
    changing.update({ title: 'canary-title' });
    await server.server.sendResourceUpdated({ uri: 'note://canary-uri' });
    await outsideRequests(() => server.sendLoggingMessage({ level: 'emergency', data: 'canary-log' }));
    return text(handle);
  });
  server.registerTool('kept', { inputSchema: texts }, async ({ text: handle = '' }) =>
    text([await session?.get('canary-key'), await (await state.open(handle))?.get('held')]),
  );
  server.registerTool('remember', { inputSchema: texts }, async ({ text: value = '' }) => {
    const all = (await session?.update<string[]>('all', (list = []) => [...list, value])) ?? [];
    return text(all);
  });

  server.registerTool('work', { inputSchema: texts }, async (_args, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? 0;
    for (let progress = 1; progress <= 3 && !ctx.mcpReq.signal.aborted; progress += 1) {
      const params = { progressToken, progress, message: 'canary-progress' };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      await delay(400, undefined, { signal: ctx.mcpReq.signal }).catch(() => undefined);
    }
    return text('canary-result');
  });
  server.registerTool('ask', { inputSchema: texts }, async (_args, ctx) => {
    const { content } = await ctx.mcpReq.elicitInput({ message: 'canary-question', requestedSchema });
    return text(content?.['answer']);
  });
  server.registerTool('once', { inputSchema: texts, _meta: { 'anypod/retry': true } }, () => text('canary-once'));

  const task = { 'anypod/task': { mode: 'always', pollIntervalMs: 50 } };
  server.registerTool('task', { inputSchema: texts, _meta: task }, (_args, ctx) => {
    const answered = inputResponse(ctx.mcpReq.inputResponses, 'canary-task-name').kind === 'elicit';
    if (answered) return text(`canary-task-result ${ctx.mcpReq.requestState<string>()}`);
    const question = inputRequired.elicit({ message: 'canary-task-question', requestedSchema });
    return inputRequired({ inputRequests: { 'canary-task-name': question }, requestState: 'canary-task-state' });
  });
  return server;
}
