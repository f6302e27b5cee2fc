import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptedContent, inputRequired, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { connectEffects, EFFECTS_VARIABLE } from './effects.ts';
import { runName } from './run-name.ts';

/** The pod's own connection, as a user's module has one to its database. */
const effects = connectEffects(process.env[EFFECTS_VARIABLE] ?? '');

/** Runs what belongs to no request, as a timer or a listener of the server does. */
const outsideRequests = AsyncLocalStorage.snapshot();
const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

/** The version of the server, where two of them run at once. */
const VERSION = process.env['CHAOS_VERSION'] ?? '1.0.0';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
const numbered = z.object({ steps: z.number(), ms: z.number(), padding: z.number().optional() });
const charged = z.object({ key: z.string(), steps: z.number(), ms: z.number() });
const keyed = z.object({ key: z.string() });
const echoed = z.object({ text: z.string() });
const waiting = z.object({ ms: z.number() });
const nothing = z.object({});

/** The number of a step, and in which process it was taken. The first goes out at once, so that the client soon knows an event id. */
async function step(ctx: ServerContext, progress: number, total: number, padding = ''): Promise<void> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const params = { progressToken, progress, total, message: `${runName()}${padding}` };
  await ctx.mcpReq.notify({ method: 'notifications/progress', params });
}

async function takeSteps(ctx: ServerContext, steps: number, ms: number, padding = 0): Promise<void> {
  const tail = padding === 0 ? '' : ` ${'x'.repeat(padding)}`;
  for (let progress = 1; progress <= steps; progress += 1) {
    await step(ctx, progress, steps, tail);
    await delay(ms);
  }
}

/** Says on which pod it runs, and awaits an answer there. */
async function askName(_args: object, ctx: ServerContext) {
  await step(ctx, 1, 1);
  const answer = await ctx.mcpReq.elicitInput({ message: 'Your name?', requestedSchema });
  return text(String(answer.content?.['name']));
}

/** A server under chaos: its progress is numbered and names the process, and its side effects are counted outside. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'chaos-fixture', version: VERSION }, { capabilities: { logging: {} } });
  registerReadOnly(server);
  registerEffects(server);
  return server;
}

function registerReadOnly(server: McpServer): void {
  const annotations = { readOnlyHint: true };

  server.registerTool('count', { annotations, inputSchema: numbered }, async ({ steps, ms, padding }, ctx) => {
    await takeSteps(ctx, steps, ms, padding);
    return text(`${steps}`);
  });
  server.registerTool('ask_again', { annotations, inputSchema: nothing }, askName);
  server.registerTool('echo', { annotations, inputSchema: echoed }, (args) => text(args.text));
  server.registerTool('whoami', { annotations, inputSchema: nothing }, () => text(`${runName()} ${VERSION}`));

  // Sleeps without giving the event loop a turn, and without using a core.
  server.registerTool('block', { annotations, inputSchema: waiting }, async ({ ms }, ctx) => {
    await step(ctx, 1, 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return text('1');
  });
}

function registerEffects(server: McpServer): void {
  server.registerTool('charge', { inputSchema: charged }, async ({ key, steps, ms }, ctx) => {
    await effects.add(key);
    await takeSteps(ctx, steps, ms);
    return text(`${steps}`);
  });
  server.registerTool('charged', { inputSchema: keyed }, async ({ key }) => text(`${await effects.count(key)}`));
  server.registerTool('ask', { inputSchema: nothing }, askName);
  // Has ended when its client is asked, and runs again with the answer.
  server.registerTool('ask_in_rounds', { inputSchema: nothing }, async (_args, ctx) => {
    await step(ctx, 1, 1);
    const answer = acceptedContent<{ name: string }>(ctx.mcpReq.inputResponses, 'name');
    if (answer !== undefined) return text(answer.name);
    const name = inputRequired.elicit({ message: 'Your name?', requestedSchema });
    return inputRequired({ inputRequests: { name }, requestState: 'asked' });
  });
  // What belongs to no request goes to the session's standing stream.
  server.registerTool('announce', { inputSchema: echoed }, async (args) => {
    await outsideRequests(() => server.sendLoggingMessage({ level: 'info', data: args.text }));
    return text('announced');
  });
}
