import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const LAST_YEAR = 2024;

/** How long the archive takes for a month, in ms. It stands for a slow system behind the server. */
const MONTH_MS = Number(process.env['ARCHIVE_MONTH_MS'] ?? 1000);

const inputSchema = z.object({
  years: z.int().min(1).max(5).default(5).describe(`How many years, of which the last is ${LAST_YEAR}.`),
});

const monthSchema = z.object({ month: z.string(), joined: z.number() });
const outputSchema = z.object({ total: z.number(), months: z.array(monthSchema) });

const JOINED_IN_MONTH = "SELECT count(*) AS joined FROM customers WHERE created_on LIKE ? || '-%'";

/** A tool that takes a minute for five years. */
export function registerGrowthReport(server: McpServer, database: DatabaseSync): void {
  const config = {
    title: 'Report how customers joined',
    description: 'Counts the customers that joined, month by month. Takes about a second for each month.',
    inputSchema,
    outputSchema,
    annotations: { readOnlyHint: true, openWorldHint: false },
    // A client that knows tasks gets a task after a second; see docs/long-work.md.
    _meta: { 'anypod/task': { afterMs: 1000, pollIntervalMs: 500 } },
  };
  server.registerTool('growth_report', config, async ({ years }, ctx) => {
    const joinedIn = database.prepare(JOINED_IN_MONTH);
    const { signal, notify, _meta } = ctx.mcpReq;
    const progressToken = _meta?.progressToken;
    const names = monthsOf(years);
    const months: z.infer<typeof monthSchema>[] = [];
    for (const month of names) {
      await delay(MONTH_MS, undefined, { signal });
      months.push({ month, joined: Number(joinedIn.get(month)?.['joined']) });
      if (progressToken === undefined) continue;
      const [progress, total] = [months.length, names.length];
      const message = `${progress} of ${total} months`;
      await notify({ method: 'notifications/progress', params: { progressToken, progress, total, message } });
    }
    const total = months.reduce((sum, { joined }) => sum + joined, 0);
    const text = `${total} customers joined from ${names.at(0)} to ${names.at(-1)}.`;
    return { content: [{ type: 'text', text }], structuredContent: { total, months } };
  });
}

/** The months of the last years, as `YYYY-MM`. */
function monthsOf(years: number): string[] {
  return Array.from({ length: years * 12 }, (_, index) => {
    const year = LAST_YEAR - years + 1 + Math.floor(index / 12);
    return `${year}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
}
