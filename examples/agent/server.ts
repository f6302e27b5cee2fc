import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** The file that has a line for everything that happened. */
const LEDGER = process.env['LEDGER'] ?? 'ledger.txt';
/** How long each step takes. */
const STEP_MS = Number(process.env['STEP_MS'] ?? 3000);

const inputSchema = z.object({ trip: z.string().describe('The number of the trip.') });

/** Books a trip in three steps. None of them may happen twice. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'trips', version: '1.0.0' });
  for (const [name, description] of [
    ['reserve', 'Reserves a seat.'],
    ['pay', 'Takes the money.'],
    ['send_ticket', 'Sends the ticket.'],
  ] as const) {
    // A call whose client has gone runs on, and its result waits for the client that calls again.
    const _meta = { 'anypod/retry': { cancellable: false } };
    server.registerTool(name, { description, inputSchema, _meta }, async ({ trip }) => {
      appendFileSync(LEDGER, `${name} ${trip}\n`);
      await delay(STEP_MS);
      return { content: [{ type: 'text', text: `${name} is done for trip ${trip}` }] };
    });
  }
  return server;
}
