import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { say } from './content.ts';
import { createQuestions } from './questions.ts';

/** The tools of the 2026 scenarios that ask. Each waits for the answers, as every tool of SDK v1 does. */
export function registerAskingTools(server: McpServer): void {
  const { askFor, confirm, sample, listRoots } = createQuestions(server);
  const tool = (name: string, description: string, ask: () => Promise<string>) =>
    server.registerTool(name, { description }, async () => say(await ask()));

  tool('test_missing_capability', 'Needs sampling.', async () => `The model says: ${await sample('Say something.')}`);

  tool('test_streaming_elicitation', 'Logs, then asks.', async () => {
    await server.sendLoggingMessage({ level: 'info', data: 'About to ask.' });
    return `Hello, ${await askFor('name', 'What is your name?')}!`;
  });

  tool('test_input_required_result_elicitation', 'Asks for a name.', async () => {
    return `Hello, ${await askFor('name', 'What is your name?')}!`;
  });

  tool('test_input_required_result_sampling', 'Asks the model.', async () => {
    return `The model said: ${await sample('What is the capital of France?')}`;
  });

  tool('test_input_required_result_list_roots', 'Asks for roots.', async () => `Roots: ${await listRoots()}`);

  tool('test_input_required_result_request_state', 'Asks; the host keeps the state.', async () => {
    await confirm();
    return 'state-ok';
  });

  tool('test_input_required_result_tampered_state', 'Asks; the host refuses a changed state.', async () => {
    await confirm();
    return 'The state is untouched.';
  });

  tool('test_input_required_result_multiple_inputs', 'Asks three things at once.', async () => {
    const answers = [askFor('name', 'What is your name?'), sample('Generate a greeting'), listRoots()];
    return (await Promise.all(answers)).join(' ');
  });

  tool('test_input_required_result_multi_round', 'Asks twice.', async () => {
    const name = await askFor('name', 'Step 1: What is your name?');
    return `${name} likes ${await askFor('color', 'Step 2: What is your favorite color?')}.`;
  });

  tool('test_input_required_result_capabilities', 'Asks only what the client can answer.', async () => {
    const { elicitation, sampling, roots } = server.server.getClientCapabilities() ?? {};
    const answers = [
      ...(elicitation ? [askFor('name', 'What is your name?')] : []),
      ...(sampling ? [sample('Generate a greeting')] : []),
      ...(roots ? [listRoots()] : []),
    ];
    return answers.length === 0 ? 'There is nothing to ask.' : (await Promise.all(answers)).join(' ');
  });
}
