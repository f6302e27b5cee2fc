import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { connectMode } from './client-v2.ts';
import { useDeployment } from './deployment.ts';
import { eventually, settled } from './settle.ts';
import { readStream, type StreamReader } from './stream-reader.ts';
import { type Message, messagesOf, openSession, parse, textOf, type WireSession } from './wire.ts';

interface Seen {
  readonly pid: number;
  readonly levels: readonly string[];
  readonly uris: readonly string[];
  readonly custom: readonly number[];
  readonly changes: number;
}

async function answerTo<T>(session: WireSession, pod: URL, tool: string): Promise<T> {
  return JSON.parse(textOf((await messagesOf(await session.call(pod, tool, tool))).at(-1))) as T;
}

const seen = (session: WireSession, pod: URL) => answerTo<Seen>(session, pod, 'seen');

async function request(session: WireSession, pod: URL, method: string, params: object): Promise<Message | undefined> {
  return (await messagesOf(await session.send(pod, { jsonrpc: '2.0', id: method, method, params }))).at(-1);
}

async function notify(session: WireSession, pod: URL, method: string, params?: object): Promise<void> {
  const message = { jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) };
  expect((await session.send(pod, message)).status).toBe(202);
}

async function tools(session: WireSession, pod: URL): Promise<string[]> {
  const listed = await request(session, pod, 'tools/list', {});
  return ((listed?.result?.['tools'] ?? []) as { name: string }[]).map(({ name }) => name);
}

const initialized = 'notifications/initialized';

for (const sdk of ['v1', 'v2']) {
  describe(`a server of SDK ${sdk} with handlers of its own`, () => {
    const deployment = useDeployment({ module: fileURLToPath(new URL(`fixture-state-${sdk}.ts`, import.meta.url)) });

    test('is asked before a session changes, and may refuse [legacy.handlers.asked-first]', async () => {
      const [a, b] = deployment.pods;
      const session = await openSession(a);
      const refused = [
        await request(session, a, 'resources/subscribe', { uri: 'bogus://nope' }),
        await request(session, b, 'resources/subscribe', { uri: 'bogus://nope' }),
        await request(session, b, 'logging/setLevel', { level: 'emergency' }),
      ];
      expect(refused.map((answer) => answer?.error?.code)).toEqual([-32097, -32097, -32099]);
      expect(refused[0]?.error?.message).toContain('no such resource');
      for (const pod of [a, b]) expect(await seen(session, pod)).toMatchObject({ uris: [], levels: [] });
    });

    test('keeps a subscription that its handler does not let go [legacy.handlers.asked-first]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      expect(await request(session, a, 'resources/subscribe', { uri: 'note://sticky' })).toMatchObject({ result: {} });
      const kept = await request(session, b, 'resources/unsubscribe', { uri: 'note://sticky' });
      expect(kept?.error?.code).toBe(-32098);
      expect((await seen(session, c)).uris).toEqual(['note://sticky']);
    });

    test('is told level and subscriptions on every pod, there already or built later [legacy.handlers.every-pod]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await seen(session, b);
      await request(session, a, 'resources/subscribe', { uri: 'note://1' });
      await request(session, b, 'resources/subscribe', { uri: 'note://2' });
      await request(session, b, 'logging/setLevel', { level: 'warning' });
      const pids = new Set<number>();
      for (const pod of [a, b, c]) {
        const { pid, uris, levels } = await seen(session, pod);
        pids.add(pid);
        expect([...uris].sort()).toEqual(['note://1', 'note://2']);
        expect(levels).toEqual(['warning']);
      }
      expect(pids.size).toBe(3);
      await request(session, c, 'resources/unsubscribe', { uri: 'note://1' });
      for (const pod of [a, b, c]) expect((await seen(session, pod)).uris).toEqual(['note://2']);
    });

    test('has on every pod what it did at initialized [legacy.initialized.every-server]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await notify(session, b, initialized);
      for (const pod of [a, c, b]) expect(await tools(session, pod)).toContain('late');
    });

    test('is not told what the client never said [legacy.initialized.every-server]', async () => {
      const [a, b] = deployment.pods;
      const session = await openSession(a);
      for (const pod of [a, b]) expect(await tools(session, pod)).not.toContain('late');
    });

    test('announces nothing anew when a pod repeats what the client said [legacy.initialized.every-server]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await notify(session, a, initialized);
      const stream = readStream(await session.listen(a));
      for (const pod of [b, c]) expect(await tools(session, pod)).toContain('late');
      await answerTo(session, b, 'talk');
      const said: unknown[] = [];
      await settled(
        stream.until(({ method }) => {
          said.push(method);
          return method === 'notifications/message';
        }),
        'the mark',
      );
      await answerTo(session, b, 'hush');
      // The session's first server has announced its late tool, once.
      expect(said).toEqual(['notifications/tools/list_changed', 'notifications/message']);
      await stream.cut();
    });

    test('hears every notification on each pod that has the session, and the last one elsewhere [legacy.notified.every-server]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      for (const [n, pod] of [a, a, b, a].entries()) await notify(session, pod, 'x/custom', { n });
      expect((await seen(session, a)).custom).toEqual([0, 1, 2, 3]);
      expect((await seen(session, b)).custom).toEqual([1, 2, 3]);
      expect((await seen(session, c)).custom).toEqual([3]);
    });

    test('knows the roots on every pod after they changed [legacy.notified.every-server]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      await seen(session, b);
      const stream = readStream(await session.listen(c));
      const answering = answerRoots(session, b, stream);
      await notify(session, b, 'notifications/roots/list_changed');
      for (const pod of [a, b, c]) {
        await eventually(async () => expect(await answerTo(session, pod, 'roots')).toEqual(['file:///new']));
        expect((await seen(session, pod)).changes).toBe(1);
      }
      await session.end(a);
      await answering;
    });

    test('speaks below the level on no pod once it is confirmed, also without a request [legacy.log-level.every-pod]', async () => {
      const [a, b, c] = deployment.pods;
      const session = await openSession(a);
      const stream = readStream(await session.listen(c));
      await answerTo(session, b, 'talk');
      await settled(
        stream.until(({ params }) => params?.['level'] === 'debug'),
        'the first word',
      );
      await request(session, a, 'logging/setLevel', { level: 'error' });
      const confirmed = Date.now();
      const after: unknown[] = [];
      await settled(
        stream.until(({ params }) => {
          const { at = 0 } = (params?.['data'] ?? {}) as { at?: number };
          if (at > confirmed) after.push(params?.['level']);
          return after.length === 10;
        }),
        'ten words',
      );
      expect(new Set(after)).toEqual(new Set(['error']));
      await request(session, a, 'logging/setLevel', { level: 'debug' });
      await settled(
        stream.until(({ params }) => params?.['level'] === 'debug'),
        'debug again',
      );
      await answerTo(session, b, 'hush');
      await stream.cut();
    });
  });
}

describe('@modelcontextprotocol/server-everything', () => {
  const deployment = useDeployment({ module: fileURLToPath(new URL('fixture-everything.ts', import.meta.url)) });

  test('offers on every pod what it registers once the client has initialized [legacy.initialized.every-server]', async () => {
    const [a, b, c] = deployment.pods;
    const [before, session] = [await openSession(a), await openSession(a)];
    await notify(session, b, initialized);
    const lists = await Promise.all([a, b, c].map((pod) => tools(session, pod)));
    const early = await tools(before, b);
    expect(lists[0]?.length).toBeGreaterThan(early.length);
    for (const list of lists) expect(list).toEqual(lists[0]);
  });

  test('serves 2026-07-28 on any pod, with the tools that it registers for what the client can do [modern.v1.served] [modern.push.any-pod]', async () => {
    const thought = { role: 'assistant', content: { type: 'text', text: 'A thought.' }, model: 'm' };
    const answers = {
      elicitation: () => ({ action: 'accept', content: { name: 'Ada', email: 'ada@example.com' } }),
      sampling: () => thought,
      roots: () => ({ roots: [{ uri: 'file:///root' }] }),
    };
    const client = await connectMode({ pin: '2026-07-28' }, { fetch: alternating(deployment.pods), answers });
    expect(await client.tools()).toEqual(expect.arrayContaining(['trigger-elicitation-request', 'get-roots-list']));
    expect(await client.call('get-sum', { a: 1, b: 2 })).toContain('3');
    expect(await client.call('trigger-sampling-request', { prompt: 'Think.' })).toContain('A thought.');
    expect(await client.call('get-roots-list')).toContain('file:///root');
    expect(await client.call('trigger-elicitation-request')).toContain('provided the requested information');
    const operation = { duration: 1, steps: 2 };
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    await client.call('trigger-long-running-operation', operation, { onprogress });
    expect(seen).toEqual([1, 2]);
    await client.close();
  });
});

/** Answers each question for roots until the stream ends. */
async function answerRoots(session: WireSession, pod: URL, stream: StreamReader): Promise<void> {
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
    const { id, method } = event.data === '' ? {} : parse(event);
    if (method !== 'roots/list') continue;
    await session.send(pod, { jsonrpc: '2.0', id, result: { roots: [{ uri: 'file:///new' }] } });
  }
}
