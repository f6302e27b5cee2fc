import { setTimeout as delay } from 'node:timers/promises';
import { inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import createTrips from '../../examples/agent/server.ts';
import { text } from './fixture-tools.ts';
import { record } from './journal.ts';

const work = z.object({ key: z.string(), ms: z.number().default(0) });

/** The example's server, and tools with other promises. */
export default function createServer(): McpServer {
  const server = createTrips();
  const tool = (name: string, more: object) =>
    server.registerTool(name, { description: name, inputSchema: work, ...more }, async ({ key, ms }) => {
      record('effect', key);
      await delay(ms);
      return text(`${name} ${key}`);
    });
  tool('once', {});
  tool('safe', { annotations: { idempotentHint: true } });
  tool('guarded', { _meta: { 'anypod/retry': { cancellable: false } } });
  tool('task', { _meta: { 'anypod/task': { mode: 'always', pollIntervalMs: 50 } } });

  const asking = { description: 'A task that asks.', inputSchema: work };
  const _meta = { 'anypod/task': { mode: 'always', pollIntervalMs: 50 } };
  server.registerTool('asking_task', { ...asking, _meta }, ({ key }, ctx) => {
    record('effect', key);
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'name');
    if (answer.kind === 'elicit') return text(`${key}: ${JSON.stringify(answer)}`);
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
    return inputRequired({ inputRequests: { name: inputRequired.elicit({ message: 'Name?', requestedSchema }) } });
  });
  return server;
}
