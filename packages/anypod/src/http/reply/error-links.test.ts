import { describe, expect, it } from 'vitest';
import { rpcError } from '../../core/json/rpc-error.ts';
import type { EndpointReply } from './endpoint-reply.ts';
import { linkErrors, withErrorLinks } from './error-links.ts';

const PAGE = 'https://docs.example.com/errors';
const lost = JSON.stringify(rpcError(1, -32603, 'lost', { reason: 'pod_lost', retry: false }));
const help = (json: string) => JSON.parse(linkErrors(json, PAGE)).error.data?.help;

describe('the link of an error', () => {
  it('leads to the section of its reason, and keeps the rest', () => {
    expect(JSON.parse(linkErrors(lost, PAGE)).error.data).toEqual({
      reason: 'pod_lost',
      retry: false,
      help: `${PAGE}#pod_lost`,
    });
  });

  it('leads to the section of its code, if it is a refusal of anypod without a reason', () => {
    expect(help(JSON.stringify(rpcError(1, -32001, 'no session')))).toBe(`${PAGE}#-32001`);
    expect(help(JSON.stringify(rpcError(1, -32000, 'refused')))).toBe(`${PAGE}#-32000`);
  });

  it.each([
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: '"error": {"reason": "x"}' } }),
    JSON.stringify(rpcError(1, -32602, 'no such tool')),
    JSON.stringify(rpcError(1, -32603, 'a failure of the server', { reason: 'out_of_stock' })),
  ])('is not in %s', (json) => expect(linkErrors(json, PAGE)).toBe(json));

  it('is in each error of a batch, and changes nothing of its results', () => {
    const result = '{"jsonrpc":"2.0","id":2,"result":{"value":12345678901234567890}}';
    expect(linkErrors(`[${lost},${result}]`, PAGE)).toBe(`[${linkErrors(lost, PAGE)},${result}]`);
  });
});

describe('withErrorLinks', () => {
  const sent: string[] = [];
  const sink = { send: ({ data }: { data: string }) => sent.push(data) > 0, open: true };
  const inner = {
    json: (_status: number, body: string) => sent.push(body),
    stream: () => sink,
    response: (response: Response) => response.text().then((body) => sent.push(body)),
  } as unknown as EndpointReply;
  const reply = withErrorLinks(inner, PAGE);

  it('links errors in JSON, in events and in responses', async () => {
    reply.json(503, lost);
    reply.stream({}).send({ data: lost });
    reply.response(Response.json(JSON.parse(lost)));
    await expect.poll(() => sent.length).toBe(3);
    for (const text of sent) expect(text).toContain(`${PAGE}#pod_lost`);
  });
});
