import { acceptedContent, inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import { say } from './content.ts';
import { askFor, sample, textGiven } from './inputs.ts';

const confirmForm = { type: 'object' as const, properties: { ok: { type: 'boolean' as const } }, required: ['ok'] };
const askToConfirm = () => inputRequired.elicit({ message: 'Please confirm', requestedSchema: confirmForm });

/** Tools that ask once, in the 2026 way: each round is a request of its own. */
export function registerInputRequiredTools(server: McpServer): void {
  server.registerTool('test_input_required_result_elicitation', { description: 'Asks for a name.' }, (ctx) => {
    const name = textGiven(ctx.mcpReq.inputResponses, 'user_name', 'name');
    if (name !== undefined) return say(`Hello, ${name}!`);
    return inputRequired({ inputRequests: { user_name: askFor('name', 'What is your name?') } });
  });

  server.registerTool('test_input_required_result_sampling', { description: 'Asks the model.' }, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'capital_question');
    if (answer.kind === 'sampling') return say(`The model said: ${JSON.stringify(answer.result.content)}`);
    return inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } });
  });

  server.registerTool('test_input_required_result_list_roots', { description: 'Asks for roots.' }, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'client_roots');
    if (answer.kind === 'roots') return say(`Roots: ${answer.roots.map((root) => root.uri).join(', ')}`);
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });

  const state = { description: 'Asks, and checks its own state.' };
  server.registerTool('test_input_required_result_request_state', state, (ctx) => {
    const confirmed = acceptedContent(ctx.mcpReq.inputResponses, 'confirm') !== undefined;
    if (confirmed && ctx.mcpReq.requestState<string>() === 'confirming') return say('state-ok');
    return inputRequired({ inputRequests: { confirm: askToConfirm() }, requestState: 'confirming' });
  });

  const tampered = { description: 'Asks; whoever hosts it refuses a changed state.' };
  server.registerTool('test_input_required_result_tampered_state', tampered, (ctx) => {
    if (ctx.mcpReq.requestState<string>() === 'untouched') return say('The state is untouched.');
    return inputRequired({ inputRequests: { confirm: askToConfirm() }, requestState: 'untouched' });
  });
}
