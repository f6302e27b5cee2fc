import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { type Message, messagesOf, post } from './wire.ts';

const deployment = useDeployment();

const HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'two_rounds' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'rounds', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};

async function round(pod: URL, more: object = {}): Promise<Message> {
  const params = { name: 'two_rounds', arguments: {}, _meta: META, ...more };
  const [message] = await messagesOf(await post(pod, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, HEADERS));
  return message as Message;
}

function answer(value: string, requestState: unknown): object {
  return { inputResponses: { question: { action: 'accept', content: { answer: value } } }, requestState };
}

describe('a tool that asks in rounds', () => {
  test('the official client answers each round on another pod [modern.state.any-pod]', async () => {
    const asked: unknown[] = [];
    const elicitation = (params: Record<string, unknown>) => {
      asked.push(params['message']);
      return { action: 'accept', content: { answer: `to the ${params['message']}` } };
    };
    const client = await connectMode(
      { pin: '2026-07-28' },
      { fetch: alternating(deployment.pods), answers: { elicitation } },
    );
    const trail = JSON.parse(await client.call('two_rounds')) as { answer: string; pid: number }[];
    expect(asked).toEqual(['first', 'second']);
    expect(trail.map((step) => step.answer)).toEqual(['to the first', 'to the second']);
    expect(new Set(trail.map((step) => step.pid)).size).toBe(2);
    await client.close();
  });

  test('a changed requestState is refused on every pod, the true one accepted [modern.state.tampered]', async () => {
    const [a, b, c] = deployment.pods;
    const first = await round(a);
    const state = String(first.result?.['requestState']);
    const trail = JSON.stringify([{ answer: 'forged', pid: 0 }]);
    const forgeries = [
      trail,
      `${state}x`,
      state.slice(0, -1),
      state.replace('[]', trail),
      state.replace(/\d/, '9'),
      '',
    ];
    for (const forged of forgeries.filter((text) => text !== state)) {
      for (const pod of [a, b, c]) {
        const refused = await round(pod, answer('second', forged));
        expect(refused.error?.code, forged).toBe(-32602);
      }
    }
    const second = await round(b, answer('second', state));
    expect(second.result?.['resultType']).toBe('input_required');
  });

  test('a 2025-era client answers the same tool on another pod [legacy.question.answer-any-pod]', async () => {
    const elicitation = (params: Record<string, unknown>) => ({
      action: 'accept',
      content: { answer: params['message'] },
    });
    const client = await connectMode('legacy', { fetch: alternating(deployment.pods), answers: { elicitation } });
    const trail = JSON.parse(await client.call('two_rounds')) as { answer: string }[];
    expect(trail.map((step) => step.answer)).toEqual(['first', 'second']);
    await client.close();
  });
});
