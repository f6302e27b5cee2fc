import { setTimeout as sleep } from 'node:timers/promises';
import { inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { text } from './fixture-tools.ts';
import { record } from './journal.ts';

const AFTER_MS = 200;
const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
const settings = (more: object = {}) => ({ 'anypod/task': { afterMs: AFTER_MS, pollIntervalMs: 50, ...more } });

const work = z.object({ key: z.string(), ms: z.number().default(0), fail: z.enum(['error', 'huge']).optional() });
const asking = z.object({ key: z.string(), ms: z.number().default(0) });

/** Tools whose calls become tasks. The journal says on which pod each of their runs began and how it ended. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'tasks-fixture', version: '1.0.0' }, { capabilities: { logging: {} } });

  for (const [name, annotations] of [
    ['read', { readOnlyHint: true }],
    ['write', {}],
  ] as const) {
    const described = { description: 'Works for a while.', inputSchema: work, annotations };
    server.registerTool(name, { ...described, _meta: settings() }, async ({ key, ms, fail }, ctx) => {
      record('began', key);
      const token = ctx.mcpReq._meta?.progressToken;
      if (token !== undefined) {
        const params = { progressToken: token, progress: 1, total: 2, message: `half of ${key}` };
        await ctx.mcpReq.notify({ method: 'notifications/progress', params });
        await ctx.mcpReq.log('error', `a log message of ${key}`);
      }
      try {
        await sleep(ms, undefined, { signal: ctx.mcpReq.signal });
      } catch {
        record('aborted', key);
        return text('aborted');
      }
      record('ended', key);
      if (fail === 'huge') return text('x'.repeat(200_000));
      return { ...text(`${key} on ${process.pid}`), ...(fail === 'error' && { isError: true }) };
    });
  }

  const always = { description: 'Is always a task.', inputSchema: work, _meta: settings({ mode: 'always' }) };
  server.registerTool('always', always, async ({ key, ms }) => {
    record('began', key);
    await sleep(ms);
    return text(`${key} on ${process.pid}`);
  });

  const never = { description: 'Is never a task.', inputSchema: work, _meta: settings({ mode: 'never' }) };
  server.registerTool('never', never, ({ key }) => text(key));

  const rounds = { description: 'Asks in rounds.', inputSchema: asking, _meta: settings({ mode: 'always' }) };
  server.registerTool('rounds', rounds, ({ key }, ctx) => {
    record('round', key, ctx.mcpReq.requestState());
    const state = Number(ctx.mcpReq.requestState<string>() ?? '0');
    const answered = inputResponse(ctx.mcpReq.inputResponses, 'name').kind === 'elicit';
    if (answered && state === 2) return text(`${key} after ${state} rounds`);
    const name = inputRequired.elicit({ message: `Round ${state + 1}?`, requestedSchema });
    return inputRequired({ inputRequests: { name }, requestState: `${state + 1}` });
  });

  const pushing = { description: 'Asks and waits.', inputSchema: asking, _meta: settings() };
  server.registerTool('ask', pushing, async ({ key, ms }, ctx) => {
    record('began', key);
    ctx.mcpReq.signal.addEventListener('abort', () => record('aborted', key));
    await sleep(ms);
    const { content } = await ctx.mcpReq.elicitInput({ message: 'Your name?', requestedSchema });
    return text(`${key}: ${String(content?.['name'])}`);
  });
  return server;
}
