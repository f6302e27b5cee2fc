import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';
import * as z from 'zod';

/** How long a chapter takes, in ms. It stands for a slow system behind the server. */
const CHAPTER_MS = Number(process.env['CHAPTER_MS'] ?? 10_000);

const writing = z.object({ topic: z.string().min(1).max(100), chapters: z.int().min(1).max(60).default(6) });
const asking = z.object({ report: z.string().describe('What order_report returned.') });

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** A report that takes minutes. It outlives the connection of its client, and the pod on which it began. */
export default function createServer({ tasks }: FactoryContext): McpServer {
  const server = new McpServer({ name: 'reports', version: '1.0.0' });
  server.registerTool(
    'write_report',
    {
      description: 'Writes a report. Takes ten seconds for each chapter.',
      inputSchema: writing,
      // If its pod is lost, another one may begin it again.
      annotations: { readOnlyHint: true },
      // A client that knows tasks gets one after a second, and keeps its result for a day.
      _meta: { 'anypod/task': { afterMs: 1000, pollIntervalMs: 500, ttlMs: 86_400_000 } },
    },
    async ({ topic, chapters }, { mcpReq }) => {
      const written: string[] = [];
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= chapters; progress += 1) {
        // Ends when the client cancels.
        await delay(CHAPTER_MS, undefined, { signal: mcpReq.signal });
        written.push(`Chapter ${progress} of ${topic}`);
        if (progressToken === undefined) continue;
        const message = `${progress} of ${chapters} chapters`;
        const params = { progressToken, progress, total: chapters, message };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return say(written.join('\n'));
    },
  );
  // For clients that know no tasks: the model orders the report, and asks for it later.
  server.registerTool('order_report', { description: 'Begins a report.', inputSchema: writing }, async (order) => {
    const { id } = await tasks.start('write_report', order, { key: JSON.stringify(order) });
    return say(id);
  });
  server.registerTool(
    'get_report',
    { description: 'Says how far a report is, or gives it.', inputSchema: asking },
    async ({ report }) => {
      const task = await tasks.get(report);
      if (task === undefined) throw new Error(`There is no report ${report}. Order one with order_report.`);
      return say(JSON.stringify({ state: task.state, message: task.message, result: task.result }));
    },
  );
  return server;
}
