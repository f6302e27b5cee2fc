import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { trace } from '@opentelemetry/api';
import * as z from 'zod';
import { text } from './fixture-tools.ts';

const inputSchema = z.object({ secret: z.string(), ms: z.number().default(0) });
const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

/** Does something that the user's own code traces. */
function ownWork(name: string): void {
  trace.getTracer('own').startSpan(name).end();
}

/** Tools whose handlers trace what they do. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'traced', version: '1.0.0' });
  server.registerTool('ask', { inputSchema }, async (_args, ctx) => {
    ownWork('before the question');
    const { content } = await ctx.mcpReq.elicitInput({ message: 'Your name?', requestedSchema });
    ownWork('after the answer');
    return text(String(content?.['name']));
  });
  server.registerTool('read', { inputSchema, annotations: { readOnlyHint: true } }, async ({ ms }) => {
    ownWork('read');
    await sleep(ms);
    return text('read');
  });
  const again = { inputSchema, annotations: { idempotentHint: true }, _meta: { 'anypod/retry': {} } };
  server.registerTool('again', again, async ({ ms }) => {
    ownWork('again');
    await sleep(ms);
    return text('again');
  });
  server.registerTool('ask_again', { ...again, _meta: {} }, async (_args, ctx) => {
    ownWork('ask again');
    const { content } = await ctx.mcpReq.elicitInput({ message: 'Your name?', requestedSchema });
    return text(String(content?.['name']));
  });
  server.registerTool('work', { inputSchema, _meta: { 'anypod/task': { mode: 'always' } } }, () => {
    ownWork('work');
    return text('done');
  });
  server.registerTool('work_silently', { inputSchema, _meta: { 'anypod/task': { mode: 'always' } } }, () => {
    ownWork('work silently');
    return text('done');
  });
  server.registerTool('fail', { inputSchema }, () => ({ ...text('no'), isError: true }));
  return server;
}
