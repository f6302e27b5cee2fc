import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import type { InboxMessage } from '../../core/store/inbox.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];
const requestedSchema = { type: 'object' as const, properties: {} };

/** A store whose mail can be delayed, as when a pod reads its inbox late. */
function createSlowMail() {
  const memory = createMemoryStore();
  const held: (() => void)[] = [];
  const state = { holds: false };
  const listen: typeof memory.inbox.listen = (pod, onMessage, onGap) =>
    memory.inbox.listen(
      pod,
      (message: InboxMessage) => (state.holds ? held.push(() => onMessage(message)) : onMessage(message)),
      onGap,
    );
  const isAnswered = vi.fn(memory.questions.isAnswered);
  const store = { ...memory, inbox: { ...memory.inbox, listen }, questions: { ...memory.questions, isAnswered } };
  const hold = () => {
    state.holds = true;
  };
  const release = () => {
    state.holds = false;
    for (const deliver of held.splice(0)) deliver();
  };
  return { store, held, isAnswered, hold, release };
}

describe('the progress of a client on a question', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** A call that asks the client, on one of two pods that read their mail late. */
  async function ask(leaseMs: number) {
    const mail = createSlowMail();
    const seen: unknown[] = [];
    const createServer = () => {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('ask', { inputSchema: z.object({}) }, async (_args, ctx) => {
        const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
        const answer = await ctx.mcpReq.elicitInput({ message: 'Sure?', requestedSchema }, { onprogress });
        seen.push(answer.action);
        return { content: [] };
      });
      return server;
    };
    const make = () => createAnypod({ createServer, store: mail.store, secrets, leaseMs });
    const [owner, other] = [await make(), await make()];
    open.push(owner, other);
    const post = (pod: Anypod, message: object, headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      const all = { ...HEADERS, ...headers };
      return pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers: all, body }));
    };
    const capabilities = { elicitation: {} };
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'client', version: '1' } };
    const opened = await post(owner, { id: 1, method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    await (await post(other, { id: 2, method: 'ping' }, session)).text();
    const call = await post(owner, { id: 3, method: 'tools/call', params: { name: 'ask', arguments: {} } }, session);
    const reader = call.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('elicitation/create')) text += (await reader?.read())?.value ?? '';
    const question = /"id":"([^"]+)"/.exec(text)?.[1] ?? '';
    return {
      mail,
      seen,
      progress: async (pod: 'owner' | 'other', progress: number) => {
        const report = { method: 'notifications/progress', params: { progressToken: question, progress } };
        expect((await post(pod === 'owner' ? owner : other, report, session)).status).toBe(202);
      },
      answer: async (pod: 'owner' | 'other') => {
        const answer = { id: question, result: { action: 'decline' } };
        expect((await post(pod === 'owner' ? owner : other, answer, session)).status).toBe(202);
      },
    };
  }

  it.each(['owner', 'other'] as const)(
    'comes in order and before the answer, which is posted to the %s pod [legacy.question.progress-order]',
    async (where) => {
      const { mail, seen, progress, answer } = await ask(60_000);
      mail.hold();
      await progress('other', 1);
      await progress('owner', 2);
      await progress('other', 3);
      await progress('owner', 4);
      await answer(where);
      mail.release();
      await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4, 'decline']), 30_000);
    },
  );

  it('is not overtaken by an answer that the owner finds by itself', async () => {
    const { mail, seen, progress, answer } = await ask(100);
    mail.hold();
    await progress('other', 1);
    await answer('other');
    const found = async () =>
      (await Promise.all(mail.isAnswered.mock.results.map(({ value }) => value))).includes(true);
    await vi.waitFor(async () => expect(await found()).toBe(true), 30_000);
    mail.release();
    await vi.waitFor(() => expect(seen).toEqual([1, 'decline']), 30_000);
  });
});
