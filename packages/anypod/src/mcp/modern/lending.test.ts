import { McpServer } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { departureOf } from '../../core/departure.ts';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import { createLending } from './lending.ts';
import { modernOptions } from './modern-options.fixture.ts';

const reply: WebReply = {
  watch: silentWatch,
  form: 'either',
  json: () => undefined,
  empty: () => undefined,
  response: () => undefined,
  stream: () => expect.unreachable(),
};

it.each([false, true])('with reuse: %s, a server that was given back has let go of its call', async (reuse) => {
  const lending = createLending(modernOptions(() => new McpServer({ name: 'test', version: '1' }), reuse));
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' } as const;
  const departure = departureOf(() => new AbortController().signal);
  const request = { body, caller: { headers: {}, url: 'http://localhost/mcp' }, reply, departure };
  const server = await lending.lend(request, undefined, new Request('http://localhost/mcp'));
  expect(server.exchange).toBeDefined();
  lending.giveBack(server);
  expect(server.exchange).toBeUndefined();
  await lending.close();
});
