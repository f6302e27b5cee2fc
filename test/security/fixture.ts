import { setTimeout as delay } from 'node:timers/promises';
import { acceptedContent, inputRequired, McpServer, requireScopes } from '@modelcontextprotocol/server';
import type { FactoryContext } from 'anypod';
import * as z from 'zod';
import { registerQuestions } from '../cluster/fixture-questions.ts';
import { registerTools, text } from '../cluster/fixture-tools.ts';
import { record } from '../cluster/journal.ts';

const nothing = z.object({});
const keyed = z.object({ key: z.string() });
const requestedSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };

interface Context extends Pick<FactoryContext, 'state'> {
  readonly authInfo?: { readonly extra?: object };
  readonly requestInfo?: Request;
}

/** A server whose tools show what a handler can learn about its caller. */
export default function createServer(context: Context): McpServer {
  const server = new McpServer(
    { name: 'security-fixture', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } } },
  );
  registerTools(server);
  registerQuestions(server);
  registerGuarded(server);
  registerHandles(server, context);
  registerHog(server);

  server.registerTool('polluted', { inputSchema: nothing }, () => {
    const { polluted } = {} as { polluted?: unknown };
    return text(polluted === undefined && [].length === 0 ? 'clean' : 'polluted');
  });
  server.registerTool('caller', { inputSchema: nothing }, (_args, ctx) =>
    text({
      authInfo: ctx.http?.authInfo,
      headers: Object.fromEntries(ctx.http?.req?.headers ?? []),
      factory: { authInfo: context.authInfo, headers: Object.fromEntries(context.requestInfo?.headers ?? []) },
    }),
  );
  server.registerTool('confirm', { inputSchema: nothing }, (_args, ctx) => {
    const answer = acceptedContent<{ answer: string }>(ctx.mcpReq.inputResponses, 'question')?.answer;
    if (answer !== undefined) return text(`${ctx.mcpReq.requestState<string>()}: ${answer}`);
    const question = inputRequired.elicit({ message: 'sure?', requestedSchema });
    return inputRequired({ inputRequests: { question }, requestState: 'held' });
  });
  server.registerTool(
    'once',
    { inputSchema: keyed, _meta: { 'anypod/retry': true }, annotations: { idempotentHint: true } },
    ({ key }, ctx) => {
      record('effect', key, ctx.http?.authInfo?.extra);
      return text(`${process.pid}`);
    },
  );
  server.registerTool('steady', { inputSchema: keyed, annotations: { readOnlyHint: true } }, async ({ key }, ctx) => {
    record('started', key, ctx.http?.authInfo);
    await delay(4000);
    return text({ authInfo: ctx.http?.authInfo });
  });
  return server;
}

/** A tool that keeps the event loop busy, with hardly a break, until its call is cancelled. */
function registerHog(server: McpServer): void {
  server.registerTool('hog', { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }, ctx) => {
    const { signal, _meta } = ctx.mcpReq;
    await ctx.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken: _meta?.progressToken ?? 0, progress: 1 },
    });
    while (!signal.aborted) {
      const until = performance.now() + ms;
      while (performance.now() < until);
      await delay(1);
    }
    return text('cancelled');
  });
}

/** What a handle keeps. */
function registerHandles(server: McpServer, { state }: Context): void {
  const entry = z.object({ handle: z.string() });
  server.registerTool('keep', { inputSchema: nothing }, async () => text(await state.create({ n: 1 })));
  server.registerTool('count', { inputSchema: entry }, async ({ handle }) =>
    text((await (await state.open(handle))?.update<number>('n', (n = 0) => n + 1)) ?? null),
  );
  server.registerTool('drop', { inputSchema: entry }, async ({ handle }) => text(await state.delete(handle)));
}

/** What needs scopes: by the configuration, and by the server itself. */
function registerGuarded(server: McpServer): void {
  const scopeChallenge = requireScopes('reports:read', 'reports:list');
  for (const name of ['delete_one', 'delete_all']) {
    server.registerTool(name, { inputSchema: nothing }, () => text('deleted'));
  }
  server.registerTool('report', { inputSchema: nothing, scopeChallenge }, () => text('report'));
  server.registerTool(
    'faulty_challenge',
    {
      inputSchema: nothing,
      scopeChallenge: () => {
        throw new Error('canary');
      },
    },
    () => text('never'),
  );
  server.registerResource('secret', 'note://secret/one', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'secret' }],
  }));
  server.registerPrompt('secret', { argsSchema: nothing }, () => ({ messages: [] }));
}
