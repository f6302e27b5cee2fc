import { inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { say } from './content.ts';
import { askFor, sample, textGiven } from './inputs.ts';

/** What the tool of several rounds knows so far. */
const progressSchema = z.object({ name: z.string().optional() });

/** Tools that ask several things, at once or one after the other, and only those that the client can answer. */
export function registerInputRoundsTools(server: McpServer): void {
  const multiple = { description: 'Asks three things at once.' };
  server.registerTool('test_input_required_result_multiple_inputs', multiple, (ctx) => {
    const { inputResponses } = ctx.mcpReq;
    const name = textGiven(inputResponses, 'user_name', 'name');
    const greeting = inputResponse(inputResponses, 'greeting');
    const roots = inputResponse(inputResponses, 'client_roots');
    if (name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots') {
      return say(`${JSON.stringify(greeting.result.content)} ${name} has ${roots.roots.length} roots.`);
    }
    const inputRequests = {
      user_name: askFor('name', 'What is your name?'),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    return inputRequired({ inputRequests, requestState: 'all-three' });
  });

  server.registerTool('test_input_required_result_multi_round', { description: 'Asks twice.' }, (ctx) => {
    const { inputResponses } = ctx.mcpReq;
    const state = progressSchema.parse(JSON.parse(ctx.mcpReq.requestState<string>() ?? '{}'));
    const name = state.name ?? textGiven(inputResponses, 'step1', 'name');
    if (name === undefined) {
      const step1 = askFor('name', 'Step 1: What is your name?');
      return inputRequired({ inputRequests: { step1 }, requestState: '{}' });
    }
    const color = textGiven(inputResponses, 'step2', 'color');
    if (color !== undefined) return say(`${name} likes ${color}.`);
    const step2 = askFor('color', 'Step 2: What is your favorite color?');
    return inputRequired({ inputRequests: { step2 }, requestState: JSON.stringify({ name }) });
  });

  const able = { description: 'Asks only what the client can answer.' };
  server.registerTool('test_input_required_result_capabilities', able, (ctx) => {
    if (Object.keys(ctx.mcpReq.inputResponses ?? {}).length > 0) return say('Answered.');
    const { elicitation, sampling, roots } = server.server.getClientCapabilities() ?? {};
    const inputRequests = {
      ...(elicitation && { user_name: askFor('name', 'What is your name?') }),
      ...(sampling && { greeting: sample('Generate a greeting', 50) }),
      ...(roots && { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : say('There is nothing to ask.');
  });
}
