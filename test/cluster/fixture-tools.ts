import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { JOURNAL_VARIABLE, readJournal, record } from './journal.ts';

export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/** Runs code outside of any request, like a timer or a listener of the server. */
const outsideRequests = AsyncLocalStorage.snapshot();

const nothing = z.object({});
const slow = z.object({ steps: z.number(), ms: z.number(), key: z.string().optional() });
const burst = z.object({ events: z.number() });
const keyed = z.object({ key: z.string() });
const hold = z.object({ key: z.string().optional(), ms: z.number().optional() });
const echo = z.object({ text: z.string() });
const uri = z.object({ uri: z.string() });

/** A result with one text. Values that are no text become JSON. */
export function text(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] };
}

/** A tool that returns the id of its call, at once or after it was held. */
function registerRequestId(server: McpServer): void {
  server.registerTool(
    'request_id',
    { description: 'Gives the id of the call.', inputSchema: hold },
    async (args, ctx) => {
      if (args.key !== undefined) {
        record('started', args.key);
        await delay(args.ms ?? 30_000, undefined, { signal: ctx.mcpReq.signal }).catch(() => undefined);
        if (ctx.mcpReq.signal.aborted) record('aborted', args.key);
      }
      return text({ id: ctx.mcpReq.id });
    },
  );
}

/** Tools that ask the client nothing. */
export function registerTools(server: McpServer): void {
  registerRequestId(server);
  server.registerTool('echo', { description: 'Gives the text back.', inputSchema: echo }, (args) => text(args.text));

  server.registerTool('slow', { description: 'Takes steps of some ms each.', inputSchema: slow }, async (args, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (args.key !== undefined) record('started', args.key);
    for (let progress = 1; progress <= args.steps; progress += 1) {
      await delay(args.ms);
      if (progressToken === undefined) continue;
      const params = { progressToken, progress, total: args.steps };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    }
    if (args.key !== undefined) record('finished', args.key);
    return text(`${args.steps} steps`);
  });

  server.registerTool('burst', { description: 'Says much at once.', inputSchema: burst }, async ({ events }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken ?? 0;
    const numbers = Array.from({ length: events }, (_, index) => index + 1);
    const say = (progress: number) =>
      ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } });
    await Promise.all(numbers.map(say));
    return text(`${events} events`);
  });

  server.registerTool(
    'wait_cancel',
    { description: 'Waits to be cancelled.', inputSchema: keyed },
    async (args, ctx) => {
      record('started', args.key);
      await delay(30_000, undefined, { signal: ctx.mcpReq.signal }).catch(() => record('aborted', args.key));
      return text('not cancelled');
    },
  );

  server.registerTool(
    'whoami',
    { description: 'Says what the server knows of its client.', inputSchema: nothing },
    (_args, ctx) =>
      text({
        client: server.server.getClientVersion(),
        capabilities: server.server.getClientCapabilities(),
        version: server.server.getNegotiatedProtocolVersion(),
        session: ctx.sessionId,
        pid: process.pid,
      }),
  );

  server.registerTool('log', { description: 'Logs once at every level.', inputSchema: nothing }, async (_args, ctx) => {
    for (const level of LOG_LEVELS) await ctx.mcpReq.log(level, level);
    return text('logged');
  });

  server.registerTool('say', { description: 'Lets the server speak by itself.', inputSchema: echo }, async (args) => {
    await outsideRequests(() => server.sendLoggingMessage({ level: 'emergency', data: args.text }));
    return text('said');
  });

  server.registerTool(
    'change_tools',
    { description: 'Says that the tools changed.', inputSchema: nothing },
    async () => {
      await server.server.sendToolListChanged();
      return text('changed');
    },
  );

  server.registerTool('touch', { description: 'Says that a resource changed.', inputSchema: uri }, async (args) => {
    await server.server.sendResourceUpdated({ uri: args.uri });
    return text('touched');
  });

  server.registerResource('note', 'note://one', { description: 'A note.' }, (location) => ({
    contents: [{ uri: location.href, text: 'note' }],
  }));

  server.registerResource('broken', 'note://broken', { description: 'Takes its time and fails.' }, async () => {
    await delay(1500);
    throw new Error('broken');
  });
}

/** Tools that wait for each other, on any pods. */
export function registerWaiting(server: McpServer): void {
  server.registerTool('wait_for', { description: 'Waits to be let go.', inputSchema: keyed }, async ({ key }, ctx) => {
    while (readJournal(process.env[JOURNAL_VARIABLE] ?? '', key, 'let go').length === 0) {
      await delay(50, undefined, { signal: ctx.mcpReq.signal });
    }
    return text('let go');
  });

  server.registerTool('let_go', { description: 'Lets go what waits.', inputSchema: keyed }, ({ key }) => {
    record('let go', key);
    return text('done');
  });
}
