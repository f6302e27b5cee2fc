import { setTimeout as sleep } from 'node:timers/promises';
import { inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const place = z.object({ city: z.string().describe('Name of a city.') });
const study = place.extend({ seconds: z.number().max(3600).default(1).describe('How long to look.') });
const requestedSchema = { type: 'object' as const, properties: { nights: { type: 'number' as const } } };
const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** An ordinary server. It does not know where it runs. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'travel', version: '1.0.0' });

  server.registerTool('greet', { description: 'Greets a city.', inputSchema: place }, ({ city }) =>
    say(`Hello, ${city}`),
  );

  // It may run again. So if its function reaches its limit, another invocation or a pod finishes the call.
  const read = { description: 'Compares hotels.', inputSchema: study, annotations: { readOnlyHint: true } };
  server.registerTool('compare_hotels', read, async ({ city, seconds }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined)
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } });
    await sleep(seconds * 1000, undefined, { signal: mcpReq.signal });
    return say(`The best hotel in ${city} is the Central`);
  });

  // Longer than any function may run: it is a task from the beginning, which a worker or a pod runs.
  const task = { 'anypod/task': { mode: 'always', pollIntervalMs: 500 } };
  const long = { description: 'Plans a journey.', inputSchema: study, _meta: task };
  server.registerTool('plan_journey', long, async ({ city, seconds }) => {
    await sleep(seconds * 1000);
    return say(`The journey to ${city} has 3 stops`);
  });

  // Its question works everywhere, because nothing waits for the answer: the handler is called again with it.
  const booking = { description: 'Books a room, and asks for how long.', inputSchema: place };
  server.registerTool('book_room', booking, ({ city }, { mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'stay');
    if (answer.kind !== 'elicit') {
      const stay = inputRequired.elicit({ message: `How many nights in ${city}?`, requestedSchema });
      return inputRequired({ inputRequests: { stay } });
    }
    if (answer.action !== 'accept') return say('Nothing is booked.');
    return say(`Booked ${String(answer.content?.['nights'])} nights in ${city}`);
  });

  return server;
}
