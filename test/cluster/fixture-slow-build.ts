import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import createServer from './fixture.ts';

/** A slow factory, like one that reads its configuration over the network. */
export default async function createSlowly(): Promise<McpServer> {
  await delay(500);
  return createServer();
}
