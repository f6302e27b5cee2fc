import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { choosing, rpcMethod } from '../lib/pod-choosing-fetch.ts';
import { type ClientV2, connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { eventually } from './settle.ts';

const deployment = useDeployment({ module: fileURLToPath(new URL('fixture-announcing.ts', import.meta.url)) });

/** Streams on the first pod, all else on the others in turn; `lists` gets the requests for lists. */
function split(lists: string[]) {
  let next = 0;
  return choosing(deployment.pods, (request) => {
    const method = rpcMethod(request) ?? '';
    if (method.endsWith('/list')) lists.push(method);
    return request.method === 'GET' || method === 'subscriptions/listen' ? 0 : 1 + (next++ % 2);
  });
}

/** A client that asks for a list again whenever it is told that it has changed, as hosts do. */
async function connect(name: string, mode: 'legacy' | { pin: string }) {
  const heard: string[] = [];
  const asked: Promise<unknown>[] = [];
  let client: ClientV2 | undefined;
  const again = (list: string, ask: (of: ClientV2['client']) => Promise<unknown>[]) => ({
    [`notifications/${list}/list_changed`]: () => {
      heard.push(list);
      if (client !== undefined) asked.push(...ask(client.client));
    },
  });
  const on = {
    ...again('tools', (of) => [of.listTools()]),
    ...again('prompts', (of) => [of.listPrompts()]),
    ...again('resources', (of) => [of.listResources(), of.listResourceTemplates()]),
  };
  const streams: Promise<Response>[] = [];
  const lists: string[] = [];
  const choose = split(lists);
  const fetch: typeof choose = (url, init) => {
    const response = choose(url, init);
    if (init?.method === 'GET') streams.push(response);
    return response;
  };
  client = await connectMode(mode, { fetch, name, on });
  if (mode === 'legacy') await eventually(() => expect(streams).toHaveLength(1)).then(() => streams[0]);
  else await client.client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true });
  return { client, heard, asked, lists };
}

describe('a server that announces in each list that the list has changed', () => {
  test.each([
    ['2025-11-25', 'legacy'],
    ['2026-07-28', { pin: '2026-07-28' }],
  ] as const)('%s: is asked once, and once more after a change [change.of-own-list]', async (era, mode) => {
    const { client, heard, asked, lists } = await connect(era, mode);
    await client.client.listTools();
    await client.client.listPrompts();
    await client.client.listResources();
    await client.client.listResourceTemplates();
    // Changes arrive in the order in which they were told, so the last one is behind all that should not be.
    for (const list of ['tools', 'prompts', 'resources', 'tools']) {
      await eventually(() => Promise.all(asked));
      const before = heard.length;
      await client.call(list);
      await eventually(() => expect(heard.length).toBeGreaterThan(before));
    }
    await Promise.all(asked);
    expect(heard).toEqual(['tools', 'prompts', 'resources', 'tools']);
    const count = (method: string) => lists.filter((list) => list === method).length;
    expect([count('tools/list'), count('prompts/list')]).toEqual([3, 2]);
    expect([count('resources/list'), count('resources/templates/list')]).toEqual([2, 2]);
    await client.close();
  });

  test.each([
    ['2025-11-25', 'legacy'],
    ['2026-07-28', { pin: '2026-07-28' }],
  ] as const)(
    '%s: a hundred changes at once are told as a few, the last included [change.coalesced]',
    async (era, mode) => {
      const { client, heard, asked } = await connect(`${era} hundred`, mode);
      await client.call('tools', { times: 100 });
      await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(2));
      await client.call('prompts');
      await eventually(() => expect(heard).toContain('prompts'));
      expect(heard.length).toBeLessThan(10);
      await Promise.all(asked);
      await client.close();
    },
  );
});
