import type { ElicitResult, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { say } from './content.ts';
import { defaultsForm, enumsForm, userForm } from './forms.ts';

const samplingInput = z.object({ prompt: z.string() });
const elicitationInput = z.object({ message: z.string() });

/** Tools that ask in the 2025 way: the call waits for the answer. */
export function registerQuestionTools(server: McpServer): void {
  const sampling = { description: 'Asks the model of the client.', inputSchema: samplingInput };
  server.registerTool('test_sampling', sampling, async ({ prompt }, ctx) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const { content } = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100 });
    const [first] = [content].flat();
    return say(`LLM response: ${first?.type === 'text' ? first.text : JSON.stringify(first)}`);
  });

  const elicitation = { description: 'Asks the user who they are.', inputSchema: elicitationInput };
  server.registerTool('test_elicitation', elicitation, async ({ message }, ctx) =>
    say(`User response: ${outcome(await ctx.mcpReq.elicitInput({ message, requestedSchema: userForm }))}`),
  );

  server.registerTool('test_elicitation_sep1034_defaults', { description: 'Asks with defaults.' }, async (ctx) => {
    const answer = await ctx.mcpReq.elicitInput({ message: 'Check the defaults.', requestedSchema: defaultsForm });
    return say(`Elicitation completed: ${outcome(answer)}`);
  });

  server.registerTool('test_elicitation_sep1330_enums', { description: 'Asks with choices.' }, async (ctx) => {
    const answer = await ctx.mcpReq.elicitInput({ message: 'Choose.', requestedSchema: enumsForm });
    return say(`Elicitation completed: ${outcome(answer)}`);
  });
}

function outcome({ action, content }: ElicitResult): string {
  return `action=${action}, content=${JSON.stringify(content ?? {})}`;
}
