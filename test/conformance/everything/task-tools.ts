import { setTimeout as sleep } from 'node:timers/promises';
import { inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { say } from './content.ts';
import { askFor, textGiven } from './inputs.ts';

const task = (settings: object) => ({ 'anypod/task': { pollIntervalMs: 100, ...settings } });
const ALWAYS = task({ mode: 'always' });

/** Tools of the tasks extension: handed back, always tasks, failing, and asking. */
export function registerTaskTools(server: McpServer): void {
  const greet = { description: 'Greets.', inputSchema: z.object({ name: z.string() }), _meta: task({ mode: 'never' }) };
  server.registerTool('greet', greet, ({ name }) => say(`Hello, ${name}!`));

  const slow = {
    description: 'Takes its time.',
    inputSchema: z.object({ seconds: z.number(), label: z.string() }),
    _meta: task({ afterMs: 50 }),
  };
  server.registerTool('slow_compute', slow, async ({ seconds, label }, ctx) => {
    await sleep(seconds * 1000, undefined, { signal: ctx.mcpReq.signal });
    return say(`${label} is done.`);
  });

  server.registerTool('failing_job', { description: 'Always fails.', _meta: ALWAYS }, async () => {
    await sleep(200);
    return { ...say('The job failed.'), isError: true };
  });

  const asking = { inputSchema: z.object({ filename: z.string() }), _meta: ALWAYS };
  server.registerTool('confirm_delete', { description: 'Asks before it deletes.', ...asking }, ({ filename }, ctx) => {
    if (inputResponse(ctx.mcpReq.inputResponses, 'confirm').kind === 'elicit') return say(`${filename} is deleted.`);
    return inputRequired({ inputRequests: { confirm: askFor('confirm', `Delete ${filename}?`) } });
  });

  server.registerTool('multi_input', { description: 'Asks two things.', _meta: ALWAYS }, (ctx) => {
    const { inputResponses } = ctx.mcpReq;
    const asked = ['first', 'second'].map((key) => inputResponse(inputResponses, key).kind === 'elicit');
    if (asked.every(Boolean)) return say('Both are answered.');
    return inputRequired({ inputRequests: { first: askFor('name', 'First?'), second: askFor('name', 'Second?') } });
  });

  // JSON cannot hold the result, so the call ends with a JSON-RPC error and without a result.
  server.registerTool('protocol_error_job', { description: 'Fails in the protocol.', _meta: ALWAYS }, () => ({
    ...say(''),
    structuredContent: { count: 1n },
  }));

  const both = { description: 'Asks, then works as a task.', _meta: task({ afterMs: 50 }) };
  server.registerTool('test_tool_with_task', both, async (ctx) => {
    const name = textGiven(ctx.mcpReq.inputResponses, 'user_name', 'name');
    if (name === undefined) return inputRequired({ inputRequests: { user_name: askFor('name', 'Who are you?') } });
    await sleep(500);
    return say(`Worked for ${name}.`);
  });
}
