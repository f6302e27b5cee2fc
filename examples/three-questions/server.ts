import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** What the tool asks, one after the other. A later question may depend on the answers before it. */
const QUESTIONS = [
  { name: 'place', message: () => 'Where do you want to go?', schema: z.object({ place: z.string().min(1).max(100) }) },
  {
    name: 'days',
    message: ({ place }: Answers) => `How many days in ${place}?`,
    schema: z.object({ days: z.int().min(1).max(30) }),
  },
  {
    name: 'confirm',
    message: ({ place, days }: Answers) => `Book ${days} days in ${place}?`,
    schema: z.object({ confirm: z.boolean() }),
  },
] as const;

type Answers = Readonly<Record<string, unknown>>;

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** A tool that asks three questions. Each answer may reach another pod. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'trips', version: '1.0.0' });
  server.registerTool('book_trip', { description: 'Books a trip. Asks the user where and how long.' }, ({ mcpReq }) => {
    // The answers so far travel with the call, signed. Nothing waits in memory.
    const answers: Record<string, unknown> = JSON.parse(mcpReq.requestState<string>() ?? '{}');
    for (const { name, message, schema } of QUESTIONS) {
      if (name in answers) continue;
      if (mcpReq.inputResponses?.[name] === undefined) {
        const question = inputRequired.elicit({ message: message(answers), requestedSchema: schema });
        return inputRequired({ inputRequests: { [name]: question }, requestState: JSON.stringify(answers) });
      }
      const content: Answers | undefined = acceptedContent(mcpReq.inputResponses, name, schema);
      if (content === undefined) return say('The user did not answer. Nothing is booked.');
      Object.assign(answers, content);
    }
    if (answers['confirm'] !== true) return say('Nothing is booked.');
    return say(`Booked ${answers['days']} days in ${answers['place']}.`);
  });
  return server;
}
