import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { record } from './journal.ts';

/** What the servers of SDK v1 and v2 have in common, as far as the tools need it. */
export interface Asking {
  readonly server: {
    elicitInput(params: object): Promise<{ action: string; content?: Record<string, unknown> }>;
  };
  registerTool(name: string, config: object, run: (args: { key: string }, extra: unknown) => Promise<object>): void;
}

/** What the SDK passes to a handler with its request. */
interface Extra {
  readonly signal: AbortSignal;
  readonly meta: { readonly progressToken?: unknown } | undefined;
  notify(message: object): Promise<void>;
}

const text = (value: unknown) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

/** Tools that await what they ask, the same for both SDKs. `read` reads what the SDK passes to a handler. */
export function registerAsking(mcp: Asking, read: (extra: unknown) => Extra): void {
  // Both SDKs take this form: v1 as a shape, v2 as a schema.
  const inputSchema = z.object({ key: z.string() });
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };

  async function ask(message: string): Promise<unknown> {
    const { action, content } = await mcp.server.elicitInput({ message, requestedSchema });
    return content?.['name'] ?? action;
  }

  async function askTwice({ key }: { key: string }, extra: unknown): Promise<object> {
    const { signal, meta, notify } = read(extra);
    const progress = async (step: number) => {
      const params = { progressToken: meta?.progressToken, progress: step };
      if (meta?.progressToken !== undefined) await notify({ method: 'notifications/progress', params });
    };
    record('began', key);
    signal.addEventListener('abort', () => record('aborted', key));
    await progress(1);
    const first = await ask('first');
    await progress(2);
    const second = await ask('second');
    await progress(3);
    return text({ answers: [first, second], pid: process.pid });
  }

  const description = 'Asks twice.';
  mcp.registerTool('ask_twice', { description, inputSchema }, askTwice);
  const annotations = { idempotentHint: true };
  mcp.registerTool('ask_twice_again', { description, inputSchema, annotations }, askTwice);

  mcp.registerTool(
    'ask_and_work',
    { description: 'Asks, then works for long.', inputSchema },
    async ({ key }, extra) => {
      const { signal } = read(extra);
      const name = await ask('first');
      record('works', key);
      await delay(60_000, undefined, { signal }).catch(() => record('aborted', key));
      return text(name);
    },
  );
}
