/** The server under load: tools that wait, measure themselves, count, ask and answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { acceptedContent, inputRequired, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

const waiting = z.object({ ms: z.number().min(0).max(60_000), text: z.string().max(100_000).default('') });
const counting = z.object({ events: z.number().int().min(1).max(10_000), ms: z.number().min(0).max(10_000) });

const asking = z.object({ times: z.number().int().min(1).max(10) });
const nothing = z.object({});
const answerSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };
const CLOCK = 'load://clock';

async function progress({ mcpReq }: ServerContext, step: number, message?: string): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const params = { progressToken, progress: step, ...(message === undefined ? {} : { message }) };
  await mcpReq.notify({ method: 'notifications/progress', params });
}

export default (): McpServer => {
  const server = new McpServer(
    { name: 'loadtest', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  const annotations = { readOnlyHint: true };

  // What is measured is what the tool takes, by its own clock: a timer is never on time.
  server.registerTool('wait', { annotations, inputSchema: waiting }, async ({ ms, text }, context) => {
    const began = performance.now();
    await progress(context, 1);
    if (ms > 0) await delay(ms);
    const spent = performance.now() - began;
    return { content: [{ type: 'text', text }], _meta: { 'loadtest/ms': spent } };
  });

  server.registerTool('count', { annotations, inputSchema: counting }, async ({ events, ms }, context) => {
    for (let number = 1; number <= events; number += 1) {
      await progress(context, number, `${Date.now()}`);
      await delay(ms);
    }
    return { content: [{ type: 'text', text: `${events}` }] };
  });
  // Each question is a request of its own; what was answered so far travels in the state.
  server.registerTool('ask', { inputSchema: asking }, ({ times }, { mcpReq }) => {
    const before = JSON.parse(mcpReq.requestState<string>() ?? '[]') as string[];
    const answer = acceptedContent<{ answer: string }>(mcpReq.inputResponses, 'question')?.answer;
    const answers = answer === undefined ? before : [...before, answer];
    if (answers.length === times) return { content: [{ type: 'text', text: answers.join(' ') }] };
    const question = inputRequired.elicit({
      message: `${answers.length + 1} of ${times}`,
      requestedSchema: answerSchema,
    });
    return inputRequired({ inputRequests: { question }, requestState: JSON.stringify(answers) });
  });

  server.registerResource('clock', CLOCK, {}, () => ({ contents: [{ uri: CLOCK, text: `${Date.now()}` }] }));
  server.registerTool('touch', { inputSchema: nothing }, async () => {
    await server.server.sendResourceUpdated({ uri: CLOCK });
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
};
