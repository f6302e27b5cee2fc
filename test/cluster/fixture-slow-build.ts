import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import createServer from './fixture.ts';

/** A factory that takes its time, as one does that reads its configuration from somewhere else. */
export default async function createSlowly(): Promise<McpServer> {
  await delay(500);
  return createServer();
}
