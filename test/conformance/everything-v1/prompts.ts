import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { pixel, textBlock } from './content.ts';
import { createQuestions } from './questions.ts';

const CITIES = ['paris', 'park', 'party', 'hello', 'world'];
const suggest = (value: string | undefined) => CITIES.filter((city) => city.startsWith(value ?? ''));

const twoArguments = {
  arg1: completable(z.string().describe('The first argument.'), suggest),
  arg2: completable(z.string().describe('The second argument.'), suggest),
};
const oneResource = { resourceUri: z.string().describe('The resource to embed.') };

function fromUser(...contents: ContentBlock[]) {
  return { messages: contents.map((content) => ({ role: 'user' as const, content })) };
}

export function registerPrompts(server: McpServer): void {
  const { askFor } = createQuestions(server);
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

  server.registerPrompt('test_input_required_result_prompt', { description: 'A prompt that asks first.' }, async () =>
    fromUser(textBlock(`Use this context: ${await askFor('context', 'What context should the prompt use?')}`)),
  );
}
