import type { Client } from '@modelcontextprotocol/client';
import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { firstText } from './print.ts';
import { createProgressBar } from './progress-bar.ts';
import { openTaskSession } from './task-session.ts';

/** Lets the server make a report over some years, as a task, and shows how far it is. */
export async function showGrowthReport(client: Client, url: URL, years: number): Promise<void> {
  const session = openTaskSession(client, url);
  // In 2025-11-25 the client decides that a call is a task, in 2026-07-28 the server.
  const options = client.getProtocolEra() === 'modern' ? {} : { task: { preference: 'require' } as const };
  const execution = await session.callTool('growth_report', { years }, options);
  console.log(`growth: began as a ${execution.kind}`);
  const bar = createProgressBar('growth');
  const { outcome } = await execution.settle({
    onEvent: (event) => {
      if (event.type === 'task') bar.show(event.task.statusMessage);
    },
  });
  bar.end();
  console.log(`growth: ${firstText(resultFromTaskOutcome(outcome) as Parameters<typeof firstText>[0])}`);
  await session.close();
}
