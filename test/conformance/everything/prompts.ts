import { type ContentBlock, completable, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { pixel, textBlock } from './content.ts';
import { askFor, textGiven } from './inputs.ts';

const CITIES = ['paris', 'park', 'party', 'hello', 'world'];
const suggest = (value: string | undefined) => CITIES.filter((city) => city.startsWith(value ?? ''));

const twoArguments = z.object({
  arg1: completable(z.string().describe('The first argument.'), suggest),
  arg2: completable(z.string().describe('The second argument.'), suggest),
});
const oneResource = z.object({ resourceUri: z.string().describe('The resource to embed.') });

function fromUser(...contents: ContentBlock[]) {
  return { messages: contents.map((content) => ({ role: 'user' as const, content })) };
}

export function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt without arguments.' }, () =>
    fromUser(textBlock('This is a simple prompt for testing.')),
  );

  const parameterised = { description: 'A prompt with two arguments.', argsSchema: twoArguments };
  server.registerPrompt('test_prompt_with_arguments', parameterised, ({ arg1, arg2 }) =>
    fromUser(textBlock(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );

  const embedding = { description: 'A prompt with a resource in it.', argsSchema: oneResource };
  server.registerPrompt('test_prompt_with_embedded_resource', embedding, ({ resourceUri: uri }) => {
    const resource = { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' };
    return fromUser({ type: 'resource', resource }, textBlock('Please process the embedded resource above.'));
  });

  server.registerPrompt('test_prompt_with_image', { description: 'A prompt with an image in it.' }, () =>
    fromUser(pixel, textBlock('Please analyze the image above.')),
  );

  server.registerPrompt('test_input_required_result_prompt', { description: 'A prompt that asks first.' }, (ctx) => {
    const context = textGiven(ctx.mcpReq.inputResponses, 'user_context', 'context');
    if (context !== undefined) return fromUser(textBlock(`Use this context: ${context}`));
    const question = askFor('context', 'What context should the prompt use?');
    return inputRequired({ inputRequests: { user_context: question } });
  });
}
