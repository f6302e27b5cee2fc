import { McpServer } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';
import { fill, type KeepingServer } from './fixture-keeping.ts';

/** A server of SDK v2 whose tools change what it offers, and what it keeps. */
export default async function createServer(context: FactoryContext): Promise<McpServer> {
  const server = new McpServer({ name: 'keeping-v2', version: '1.0.0' });
  await fill(server as unknown as KeepingServer, context);
  return server;
}
