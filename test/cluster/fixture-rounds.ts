import { acceptedContent, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { text } from './fixture-tools.ts';

const nothing = z.object({});

function question(message: string) {
  const requestedSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };
  return inputRequired.elicit({ message, requestedSchema });
}

/**
 * A tool that asks twice in the 2026 way. Each round is a separate request. The server's state travels in `requestState`, which this
 * server does not protect itself.
 */
export function registerRounds(server: McpServer): void {
  server.registerTool('two_rounds', { description: 'Asks twice.', inputSchema: nothing }, (_args, ctx) => {
    const state = ctx.mcpReq.requestState<string>();
    const answer = acceptedContent<{ answer: string }>(ctx.mcpReq.inputResponses, 'question')?.answer;
    if (answer === undefined)
      return inputRequired({ inputRequests: { question: question('first') }, requestState: '[]' });
    const trail = [...(JSON.parse(state ?? '[]') as unknown[]), { answer, pid: process.pid }];
    if (trail.length === 2) return text(trail);
    return inputRequired({ inputRequests: { question: question('second') }, requestState: JSON.stringify(trail) });
  });
}
