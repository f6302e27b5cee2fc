import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import type { Connection, StreamKey } from '../../core/store/event-log.ts';
import type { Store } from '../../core/store/store.ts';
import { createMemoryStore } from '../../memory/index.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];

type Say = (text: string) => Promise<void>;

/** A store that notes the commands for its logs, and that can look as if a failover had replaced its server. */
function watchedStore() {
  const inner = createMemoryStore();
  const appended: number[] = [];
  const followed: { key: StreamKey; follower: Connection }[] = [];
  const gaps: (() => void)[] = [];
  const tellGap = () => {
    for (const tell of gaps) tell();
  };
  const store: Store = {
    ...inner,
    events: {
      ...inner.events,
      begin(key, owner, requests, events, final) {
        appended.push(events.length);
        return inner.events.begin(key, owner, requests, events, final);
      },
      append(key, epoch, events, final, owner) {
        appended.push(events.length);
        return inner.events.append(key, epoch, events, final, owner);
      },
      follow(key, after, follower, onlyIfFree) {
        followed.push({ key, follower });
        return inner.events.follow(key, after, follower, onlyIfFree);
      },
    },
    inbox: {
      ...inner.inbox,
      listen(pod, onMessage, onGap) {
        gaps.push(onGap);
        return inner.inbox.listen(pod, onMessage, onGap);
      },
    },
  };
  return { store, inner, appended, followed, tellGap };
}

describe('a stream of which another pod runs the call', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** Two pods. `said` resolves with functions that make the running tool send a message and end. */
  async function start() {
    const watched = watchedStore();
    const said = Promise.withResolvers<{ say: Say; end: () => void }>();
    const createServer = () => {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('talk', { inputSchema: z.object({}) }, async (_input, { mcpReq }) => {
        const done = Promise.withResolvers<void>();
        const say: Say = (message) =>
          mcpReq.notify({ method: 'notifications/progress', params: { progressToken: 1, progress: 1, message } });
        said.resolve({ say, end: done.resolve });
        await done.promise;
        return { content: [{ type: 'text', text: 'done' }] };
      });
      return server;
    };
    const make = () => createAnypod({ createServer, store: watched.store, secrets });
    const [one, two] = [await make(), await make()];
    open.push(one, two);
    return { one, two, said: said.promise, ...watched };
  }

  const post = (pod: Anypod, message: object, headers: object = {}) =>
    pod.fetch(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: { ...HEADERS, ...headers },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      }),
    );

  /** A call on pod `one` whose stream is read to the first message and then followed on pod `two`. */
  async function moved({ one, two, said, appended }: Awaited<ReturnType<typeof start>>) {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const initialized = await post(one, { id: 0, method: 'initialize', params });
    const session = { 'mcp-session-id': initialized.headers.get('mcp-session-id') ?? '' };
    const calling = post(
      one,
      { id: 1, method: 'tools/call', params: { name: 'talk', arguments: {}, _meta: { progressToken: 1 } } },
      session,
    );
    const { say, end } = await said;
    await say('first');
    const reader = (await calling).body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const id = /^id: (.*)$/m.exec(new TextDecoder().decode(value))?.[1] ?? '';
    expect(appended).toEqual([1]);
    await reader?.cancel();
    const headers = { accept: 'text/event-stream', 'last-event-id': id, ...session };
    const resumed = await two.fetch(new Request('http://localhost/mcp', { headers }));
    return { say, end, resumed };
  }

  it('continues after a failover that lost its followers [store.failover]', async () => {
    const stage = await start();
    const { say, end, resumed } = await moved(stage);
    const { key, follower } = stage.followed[0] as (typeof stage.followed)[0];
    await stage.inner.events.unfollow(key, follower);
    stage.tellGap();
    await delay(10);
    await say('second');
    end();
    const text = await resumed.text();
    expect(text.match(/"message":"(\w+)"/g)).toEqual(['"message":"first"', '"message":"second"']);
    expect(text).toContain('"text":"done"');
  });

  it('ends if a newer connection has it, even if the pod was never told', async () => {
    const stage = await start();
    const { say, end, resumed } = await moved(stage);
    const { key } = stage.followed[0] as (typeof stage.followed)[0];
    await stage.inner.events.follow(key, 0, { pod: 'elsewhere', connection: 'newer' });
    stage.tellGap();
    expect(await resumed.text()).not.toContain('done');
    await say('second');
    end();
  });

  it('is stored in one write per turn, and delivered completely', async () => {
    const stage = await start();
    const { say, end, resumed } = await moved(stage);
    stage.appended.length = 0;
    await Promise.all(['a', 'b', 'c'].map(say));
    const stored = () => stage.appended.reduce((sum, events) => sum + events, 0);
    await expect.poll(stored).toBe(3);
    expect(stage.appended).toEqual([3]);
    end();
    const text = await resumed.text();
    expect(text.match(/"message":"(\w+)"/g)).toEqual(['first', 'a', 'b', 'c'].map((word) => `"message":"${word}"`));
  });
});
