import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ElicitRequestFormParams, ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { defaultsForm, enumsForm, userForm } from '../everything/forms.ts';
import { say } from './content.ts';

type Form = ElicitRequestFormParams['requestedSchema'];

/** Tools of the 2025 scenarios that ask. */
export function registerQuestionTools(server: McpServer): void {
  const ask = (message: string, form: object) =>
    server.server.elicitInput({ message, requestedSchema: form as Form }).then(outcome);

  const sampling = { description: 'Asks the model of the client.', inputSchema: { prompt: z.string() } };
  server.registerTool('test_sampling', sampling, async ({ prompt }) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const { content } = await server.server.createMessage({ messages, maxTokens: 100 });
    return say(`LLM response: ${content.type === 'text' ? content.text : JSON.stringify(content)}`);
  });

  const elicitation = { description: 'Asks the user who they are.', inputSchema: { message: z.string() } };
  server.registerTool('test_elicitation', elicitation, async ({ message }) =>
    say(`User response: ${await ask(message, userForm)}`),
  );

  server.registerTool('test_elicitation_sep1034_defaults', { description: 'Asks with defaults.' }, async () =>
    say(`Elicitation completed: ${await ask('Check the defaults.', defaultsForm)}`),
  );

  server.registerTool('test_elicitation_sep1330_enums', { description: 'Asks with choices.' }, async () =>
    say(`Elicitation completed: ${await ask('Choose.', enumsForm)}`),
  );
}

function outcome({ action, content }: ElicitResult): string {
  return `action=${action}, content=${JSON.stringify(content ?? {})}`;
}
