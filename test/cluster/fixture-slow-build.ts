import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import createServer from './fixture.ts';
import { record } from './journal.ts';

/** The variable that names a file: as long as it exists, servers are being built. */
export const HOLD_VARIABLE = 'FIXTURE_HOLD';

/** A slow factory, like one that reads its configuration over the network. */
export default async function createSlowly(): Promise<McpServer> {
  const hold = process.env[HOLD_VARIABLE];
  if (hold !== undefined && existsSync(hold)) {
    record('building', 'server');
    while (existsSync(hold)) await delay(20);
  }
  return createServer();
}
