import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { JOURNAL_VARIABLE, readJournal, record } from './journal.ts';

const inputSchema = z.object({ key: z.string() });
const text = (content: string) => ({ content: [{ type: 'text' as const, text: content }] });

function isReleased(key: string): boolean {
  return readJournal(process.env[JOURNAL_VARIABLE] ?? '', key, 'released').length > 0;
}

/** A server whose tools have an effect, and end when a test releases them on any pod. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'retry-fixture', version: '1.0.0' });

  const effect = (name: string, retry: object, annotations = {}) =>
    server.registerTool(name, { inputSchema, _meta: { 'anypod/retry': retry }, annotations }, async ({ key }, ctx) => {
      record('effect', key);
      const { signal } = ctx.mcpReq;
      while (!isReleased(key) && !signal.aborted) await delay(20);
      record(signal.aborted ? 'aborted' : 'finished', key);
      return text(`${process.pid}`);
    });

  effect('lasting', { cancellable: false });
  effect('cancellable', {});
  effect('idempotent', {}, { idempotentHint: true });

  server.registerTool('release', { inputSchema }, ({ key }) => {
    record('released', key);
    return text('released');
  });
  return server;
}
