import { AsyncLocalStorage } from 'node:async_hooks';
import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { text } from './fixture-tools.ts';
import { record } from './journal.ts';
import { speakLater } from './speak-later.ts';

const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

const ask = z.object({ message: z.string().optional(), timeoutMs: z.number().optional(), key: z.string().optional() });
const nothing = z.object({});
const keyed = z.object({ key: z.string() });

/** Runs code outside of any request, like a timer or a listener of the server. */
const outsideRequests = AsyncLocalStorage.snapshot();

/** Tools that ask the client, in the 2025 way: the handler waits for the answer. */
export function registerQuestions(server: McpServer): void {
  // The SDK's `ctx.mcpReq.elicitInput` and `requestSampling` do not say which request they belong to.
  server.registerTool('ask', { description: 'Asks for a name.', inputSchema: ask }, async (args, ctx) => {
    const key = args.key;
    const note = ({ progress }: { progress: number }) => record('question-progress', key ?? '', progress);
    const options = {
      ...(args.timeoutMs === undefined ? {} : { timeout: args.timeoutMs }),
      ...(key === undefined ? {} : { onprogress: note, resetTimeoutOnProgress: true }),
    };
    try {
      return text(await ctx.mcpReq.elicitInput({ message: args.message ?? 'Your name?', requestedSchema }, options));
    } catch (error) {
      return text(`no answer: ${(error as Error).message}`);
    }
  });

  server.registerTool(
    'ask_related',
    { description: 'Asks, naming its request.', inputSchema: nothing },
    async (_args, ctx) =>
      text(await ctx.mcpReq.send({ method: 'elicitation/create', params: { message: 'Your name?', requestedSchema } })),
  );

  server.registerTool(
    'ask_url',
    { description: 'Sends the user to a page.', inputSchema: nothing },
    async (_args, ctx) => {
      const params = {
        mode: 'url' as const,
        message: 'Sign in',
        url: 'https://example.com/sign-in',
        elicitationId: 'sign-in',
      };
      return text(await ctx.mcpReq.elicitInput(params));
    },
  );

  server.registerTool('late', { description: 'Answers, and speaks later.', inputSchema: keyed }, ({ key }, ctx) => {
    const named = () =>
      ctx.mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: `named ${key}` } });
    speakLater(server, key, named);
    return text('done');
  });

  server.registerTool('sample', { description: 'Asks the model.', inputSchema: nothing }, async (_args, ctx) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: 'hello' } }];
    return text(await ctx.mcpReq.requestSampling({ messages, maxTokens: 10 }));
  });

  server.registerTool('ask_by_itself', { description: 'Asks for no request.', inputSchema: keyed }, ({ key }) => {
    const asked = outsideRequests(() => server.server.elicitInput({ message: 'Your name?', requestedSchema }));
    asked.then(
      ({ action }) => record(action, key),
      () => record('no answer', key),
    );
    return text('asked');
  });

  server.registerTool('roots', { description: 'Asks for the roots.', inputSchema: nothing }, async () =>
    text(await server.server.listRoots()),
  );
}
