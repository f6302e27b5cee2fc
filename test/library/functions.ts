/** Functions of a serverless platform, each behind an address of its own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import type { HttpEvent, LambdaContext, LambdaResult } from 'anypod/lambda';
import * as z from 'zod';
import { readEvents } from '../cluster/sse.ts';
import { type Message, parse, type WireSession } from '../cluster/wire.ts';

const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
const waiting = z.object({ ms: z.number().default(0) });
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A server whose tools say in `ran` what they did. */
export function createFixture(ran: { push(what: string): unknown }): McpServer {
  const server = new McpServer({ name: 'serverless-fixture', version: '1' });
  for (const [name, annotations, meta] of [
    ['read', { readOnlyHint: true }, {}],
    ['write', {}, {}],
    ['survey', {}, { 'anypod/task': { mode: 'always', pollIntervalMs: 50 } }],
  ] as const) {
    server.registerTool(name, { inputSchema: waiting, annotations, _meta: meta }, async ({ ms }, ctx) => {
      ran.push(`${name} began`);
      ctx.mcpReq.signal.addEventListener('abort', () => ran.push(`${name} aborted`));
      await sleep(ms, undefined, { signal: ctx.mcpReq.signal });
      ran.push(`${name} ended`);
      return text(`${name} done`);
    });
  }
  for (const [name, annotations] of [
    ['ask', {}],
    ['ask_safely', { readOnlyHint: true }],
  ] as const) {
    server.registerTool(name, { annotations }, async (ctx) => {
      const { content } = await ctx.mcpReq.elicitInput({ message: 'Your name?', requestedSchema });
      return text(`hello ${String(content?.['name'])}`);
    });
  }
  server.registerTool('round', {}, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'name');
    if (answer.kind === 'elicit') return text('hello again');
    return inputRequired({ inputRequests: { name: inputRequired.elicit({ message: 'Your name?', requestedSchema }) } });
  });
  server.registerTool('long', {}, () => text('x'.repeat(7 * 1024 * 1024)));
  return server;
}

/** A deployed function: an address, and how many of its invocations run. */
export interface Deployed {
  readonly url: URL;
  readonly running: number;
  stop(): Promise<void>;
}

async function deploy(
  invoke: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Deployed> {
  let running = 0;
  const listener = createServer((request, response) => {
    running += 1;
    invoke(request, response)
      .catch(() => response.destroy())
      .finally(() => {
        running -= 1;
      });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`),
    get running() {
      return running;
    },
    async stop() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

/** A function with the web signature, as Vercel calls it. */
export function deployWeb(invoke: (request: Request) => Promise<Response>): Promise<Deployed> {
  return deploy(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    const body = incoming.method === 'POST' ? { body: await readText(incoming) } : {};
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const init = { method: incoming.method ?? 'GET', headers, ...body, signal: gone.signal };
    const response = await invoke(new Request(`http://${incoming.headers.host}${incoming.url}`, init));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    for await (const chunk of response.body ?? []) outgoing.write(chunk);
    outgoing.end();
  });
}

/** A function behind an HTTP API of API Gateway (payload format 2.0), which `timeoutMs` limits. */
export function deployLambda(
  invoke: (event: HttpEvent, context: LambdaContext) => Promise<LambdaResult>,
  timeoutMs: number,
): Promise<Deployed> {
  return deploy(async (incoming, outgoing) => {
    const began = performance.now();
    const body = Buffer.from(await readText(incoming)).toString('base64');
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const http = { method: incoming.method ?? 'GET' };
    const requestContext = { domainName: 'abc.execute-api.eu-central-1.amazonaws.com', http };
    const event = { version: '2.0', rawPath: '/mcp', rawQueryString: '', headers, body, isBase64Encoded: true };
    const context = { getRemainingTimeInMillis: () => timeoutMs - (performance.now() - began) };
    const result = await invoke({ ...event, requestContext }, context);
    outgoing.writeHead(result.statusCode, result.headers).end(result.body);
  });
}

/** Reads a stream, and resumes it at the addresses in turn, until it has the response. */
export async function resumeAt(urls: readonly URL[], session: WireSession, first: Response): Promise<Message> {
  let response = first;
  let lastId: string | undefined;
  for (let turn = 0; turn < 10; turn += 1) {
    for await (const event of readEvents(response)) {
      lastId = event.id ?? lastId;
      const message = event.data === '' ? undefined : parse(event);
      if (message?.result !== undefined || message?.error !== undefined) return message;
    }
    response = await session.listen(urls[turn % urls.length] as URL, lastId);
  }
  throw new Error('no response');
}
