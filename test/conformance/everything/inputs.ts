import { acceptedContent, type InputRequest, inputRequired } from '@modelcontextprotocol/server';

/** Asks the user for one text, as the property `name`. */
export function askFor(name: string, message: string): InputRequest {
  const requestedSchema = {
    type: 'object' as const,
    properties: { [name]: { type: 'string' as const } },
    required: [name],
  };
  return inputRequired.elicit({ message, requestedSchema });
}

/** Asks the model. */
export function sample(text: string, maxTokens = 100): InputRequest {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });
}

/** The text that the user gave to `askFor(name, …)` under `key`; undefined where they did not, or gave another type. */
export function textGiven(
  responses: Record<string, unknown> | undefined,
  key: string,
  name: string,
): string | undefined {
  const given = acceptedContent(responses, key)?.[name];
  return typeof given === 'string' ? given : undefined;
}
