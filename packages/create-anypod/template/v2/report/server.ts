import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const PAGE_MS = 200;

// Outside of the factory, because anypod calls the factory often.
const input = z.object({ pages: z.number().int().min(1).max(100).describe('How many pages to write.') });

/** Its tool takes a while. A client that loses its connection meanwhile gets the progress and the answer from any pod. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: '__NAME__', version: '0.1.0' });
  const config = {
    description: 'Writes a report.',
    inputSchema: input,
    // If the pod is lost, another one may run the call again.
    annotations: { readOnlyHint: true },
  };
  server.registerTool('write_report', config, async ({ pages }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (let progress = 1; progress <= pages; progress += 1) {
      // Ends when the client cancels.
      await delay(PAGE_MS, undefined, { signal: mcpReq.signal });
      if (progressToken === undefined) continue;
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: pages } });
    }
    return { content: [{ type: 'text', text: `The report has ${pages} pages.` }] };
  });
  return server;
}
