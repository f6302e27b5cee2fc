import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import { say } from './content.ts';

const STEP_MS = 50;

/** Tools that say something while they run, let go of their stream, or announce changes. */
export function registerRunningTools(server: McpServer): void {
  const log = (level: LoggingLevel, data: string) => server.sendLoggingMessage({ level, data });

  server.registerTool('test_tool_with_logging', { description: 'Logs three times.' }, async () => {
    await log('info', 'Tool execution started');
    await sleep(STEP_MS);
    await log('info', 'Tool processing data');
    await sleep(STEP_MS);
    await log('info', 'Tool execution completed');
    return say('Logged three times.');
  });

  server.registerTool('test_logging_tool', { description: 'Logs to those who asked for it.' }, async () => {
    await log('debug', 'A detail.');
    await log('info', 'Something to know.');
    await log('error', 'Something to fix.');
    return say('Logged.');
  });

  server.registerTool('test_tool_with_progress', { description: 'Reports progress.' }, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progress > 0) await sleep(STEP_MS);
      if (progressToken === undefined) continue;
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 100 },
      });
    }
    return say('Reported progress.');
  });

  server.registerTool('test_reconnection', { description: 'Closes its stream in the middle.' }, async (extra) => {
    extra.closeSSEStream?.();
    await sleep(2 * STEP_MS);
    return say('The stream was closed and the call went on.');
  });

  server.registerTool('test_trigger_tool_change', { description: 'Announces other tools.' }, () => {
    server.sendToolListChanged();
    return say('Announced.');
  });

  server.registerTool('test_trigger_prompt_change', { description: 'Announces other prompts.' }, () => {
    server.sendPromptListChanged();
    return say('Announced.');
  });
}
