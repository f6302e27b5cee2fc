import { acceptedContent, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const asking = z.object({ times: z.number().int().min(1).max(10) });
const nothing = z.object({});
const requestedSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };

/** Tools that ask their client: `ask` as the revision of 2026 does, `elicit` as those before do. */
export function registerAsking(server: McpServer): void {
  // Each question is a request of its own; what was answered so far travels in the state.
  server.registerTool('ask', { inputSchema: asking }, ({ times }, { mcpReq }) => {
    const before = JSON.parse(mcpReq.requestState<string>() ?? '[]') as string[];
    const answer = acceptedContent<{ answer: string }>(mcpReq.inputResponses, 'question')?.answer;
    const answers = answer === undefined ? before : [...before, answer];
    if (answers.length === times) return { content: [{ type: 'text', text: answers.join(' ') }] };
    const question = inputRequired.elicit({ message: `${answers.length + 1} of ${times}`, requestedSchema });
    return inputRequired({ inputRequests: { question }, requestState: JSON.stringify(answers) });
  });

  server.registerTool('elicit', { inputSchema: nothing }, async (_args, { mcpReq }) => {
    const { content } = await mcpReq.elicitInput({ message: 'Which?', requestedSchema });
    return { content: [{ type: 'text', text: String(content?.['answer']) }] };
  });
}
