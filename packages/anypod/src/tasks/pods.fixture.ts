import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, expect, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, type AnypodOptions, createAnypod } from '../anypod.ts';
import type { AuthInfo } from '../core/caller.ts';

const EXTENSION = 'io.modelcontextprotocol/tasks';
export const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { [EXTENSION]: {} } },
};

/** The pods of the running test. They are closed after it. */
export const open: Anypod[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pod) => pod.close()));
});

export type Settings = Partial<AnypodOptions>;
export type Work = (ctx: { signal: AbortSignal }) => Promise<string>;

/** A pod whose tool `work` does what the test wants. */
export async function start(work: Work, settings: object, options: Settings = {}) {
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1' });
    server.registerTool(
      'work',
      { inputSchema: z.looseObject({}), _meta: { 'anypod/task': settings } },
      async (_args, ctx) => ({
        content: [{ type: 'text', text: await work({ ...ctx, signal: ctx.mcpReq.signal }) }],
      }),
    );
    return server;
  };
  const pod = await createAnypod({ createServer, ...options });
  open.push(pod);
  return pod;
}

export async function ask(
  pod: Anypod,
  method: string,
  params: Record<string, unknown>,
  more: RequestInit = {},
  authInfo?: AuthInfo,
) {
  const name = params['name'] ?? params['taskId'];
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': String(name),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta: META, ...params } });
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body, ...more });
  const response = await pod.fetch(request, authInfo && { authInfo });
  return {
    status: response.status,
    ...((await response.json()) as { result?: Record<string, unknown>; error?: object }),
  };
}

export const call = (pod: Anypod, more?: RequestInit) => ask(pod, 'tools/call', { name: 'work', arguments: {} }, more);

/** Asks until the task has ended. */
export const ended = (pod: Anypod, taskId: unknown) =>
  vi.waitFor(
    async () => {
      const { result } = await ask(pod, 'tasks/get', { taskId });
      expect(result?.['status']).not.toBe('working');
      return result;
    },
    { timeout: 30_000 },
  );
