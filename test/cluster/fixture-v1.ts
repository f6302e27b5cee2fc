import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';
import { record } from './journal.ts';
import { speakLater } from './speak-later.ts';

const hold = { key: z.string().optional(), ms: z.number().optional() };
const slow = { steps: z.number(), ms: z.number() };

function text(value: unknown) {
  const content = typeof value === 'string' ? value : JSON.stringify(value);
  return { content: [{ type: 'text' as const, text: content }] };
}

/** A server of SDK v1, with the tools of `fixture.ts` that the v1 flows use. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'cluster-fixture-v1', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.server.oninitialized = () => record('initialized', server.server.getClientVersion()?.name ?? '');

  server.registerTool('echo', { inputSchema: { text: z.string() } }, (args) => text(args.text));

  server.registerTool('slow', { inputSchema: slow }, async (args, extra) => {
    const progressToken = extra._meta?.progressToken;
    for (let progress = 1; progress <= args.steps; progress += 1) {
      await delay(args.ms);
      if (progressToken === undefined) continue;
      const params = { progressToken, progress, total: args.steps };
      await extra.sendNotification({ method: 'notifications/progress', params });
    }
    return text(`${args.steps} steps`);
  });

  server.registerTool('ask', {}, async () => {
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
    return text(await server.server.elicitInput({ message: 'Your name?', requestedSchema }));
  });

  server.registerTool('ask_patiently', { inputSchema: { key: z.string() } }, async ({ key }) => {
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
    const onprogress = ({ progress }: { progress: number }) => record('question-progress', key, progress);
    return text(await server.server.elicitInput({ message: 'Your name?', requestedSchema }, { onprogress }));
  });

  server.registerTool('late', { inputSchema: { key: z.string() } }, ({ key }, { sendNotification }) => {
    const named = () =>
      sendNotification({ method: 'notifications/message', params: { level: 'info', data: `named ${key}` } });
    speakLater(server, key, named);
    return text('done');
  });

  server.registerTool('request_id', { inputSchema: hold }, async ({ key, ms }, { requestId, signal }) => {
    if (key !== undefined) {
      record('started', key);
      await delay(ms ?? 30_000, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) record('aborted', key);
    }
    return text({ id: requestId });
  });

  server.registerTool('wait_cancel', { inputSchema: { key: z.string() } }, async (args, extra) => {
    record('started', args.key);
    await delay(30_000, undefined, { signal: extra.signal }).catch(() => record('aborted', args.key));
    return text('not cancelled');
  });

  server.registerTool('log', {}, async (extra) => {
    for (const level of ['debug', 'error'] as const) {
      await extra.sendNotification({ method: 'notifications/message', params: { level, data: level } });
    }
    return text('logged');
  });

  server.registerTool('whoami', {}, (extra) =>
    text({
      client: server.server.getClientVersion(),
      capabilities: server.server.getClientCapabilities(),
      session: extra.sessionId,
      pid: process.pid,
    }),
  );
  return server;
}
