import type { DatabaseSync } from 'node:sqlite';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { daysBetween } from '../days.ts';
import { addUp, type Report, reportSchema } from '../report.ts';
import { FIRST_DAY, LAST_DAY } from '../seed.ts';

const LONGEST_DAYS = 366;

const inputSchema = z.object({
  startDate: z.iso.date('Give the start date as YYYY-MM-DD.').describe('The first day, YYYY-MM-DD.'),
  endDate: z.iso.date('Give the end date as YYYY-MM-DD.').describe('The last day, YYYY-MM-DD.'),
  format: z.enum(['summary', 'detailed']).default('summary').describe('Detailed adds plans, days and top customers.'),
});

export function registerGenerateReport(server: McpServer, database: DatabaseSync): void {
  const config = {
    title: 'Generate a usage report',
    description: `Adds up usage and spending. There is data from ${FIRST_DAY} to ${LAST_DAY}.`,
    inputSchema,
    outputSchema: reportSchema,
    annotations: { readOnlyHint: true, openWorldHint: false },
    // A client that knows tasks gets a report that takes longer as one; see docs/long-work.md.
    _meta: { 'anypod/task': { afterMs: 2000 } },
  };
  server.registerTool('generate_report', config, async ({ startDate, endDate, format }, ctx) => {
    const days = daysBetween(startDate, endDate);
    if (days.length === 0) throw new Error(`The end date ${endDate} is before the start date ${startDate}. Swap them.`);
    if (days.length > LONGEST_DAYS) {
      throw new Error(`A report covers ${LONGEST_DAYS} days at most, not ${days.length}. Ask for a shorter period.`);
    }
    const onDay = progressReporter(ctx, days.length);
    const detailed = format === 'detailed';
    const report = await addUp(database, { days, detailed, signal: ctx.mcpReq.signal, onDay });
    return { content: [{ type: 'text', text: describe(report) }], structuredContent: report };
  });
}

/** Tells a client that asked for it, about twenty times in all. */
function progressReporter(ctx: ServerContext, total: number): (done: number) => Promise<void> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  const step = Math.ceil(total / 20);
  return async (progress) => {
    if (progressToken === undefined || (progress % step !== 0 && progress !== total)) return;
    const message = `${progress} of ${total} days`;
    await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total, message } });
  };
}

function describe({ startDate, endDate, total, ...groups }: Report): string {
  const lines = [`Usage from ${startDate} to ${endDate}: ${amounts(total)}.`];
  for (const [title, entries] of Object.entries(groups)) {
    if (title === 'byDay' || entries === undefined) continue;
    lines.push('', title, ...entries.map((entry) => `- ${entry.name}: ${amounts(entry)}`));
  }
  return lines.join('\n');
}

function amounts({ events, units, cents }: Report['total']): string {
  return `${events} events, ${units} units, $${(cents / 100).toFixed(2)}`;
}
