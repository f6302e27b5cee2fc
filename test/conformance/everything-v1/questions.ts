import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

/** What a server of SDK v1 can ask its client; each answer as text. */
export function createQuestions({ server }: McpServer) {
  return {
    /** Asks the user for one value, as the property `name`. */
    async askFor(name: string, message: string): Promise<string> {
      const properties = { [name]: { type: 'string' as const } };
      const requestedSchema = { type: 'object' as const, properties, required: [name] };
      const { action, content } = await server.elicitInput({ message, requestedSchema });
      return action === 'accept' ? String(content?.[name]) : action;
    },
    async confirm(): Promise<void> {
      const properties = { ok: { type: 'boolean' as const } };
      await server.elicitInput({ message: 'Please confirm', requestedSchema: { type: 'object', properties } });
    },
    async sample(text: string): Promise<string> {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text } }];
      return JSON.stringify((await server.createMessage({ messages, maxTokens: 100 })).content);
    },
    async listRoots(): Promise<string> {
      return (await server.listRoots()).roots.map(({ uri }) => uri).join(', ');
    },
  };
}
