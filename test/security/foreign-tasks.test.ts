import { beforeAll, describe, expect, test } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { readStream } from '../cluster/stream-reader.ts';
import { ABLE } from '../cluster/task-wire.ts';
import { messagesOf, openSession, type WireSession } from '../cluster/wire.ts';
import { bearer, useProtected } from './protected.ts';
import { visible } from './visible.ts';

const deployment = useProtected();

/** The form of a task's id. */
const UNKNOWN = 'A'.repeat(22);

type Caller = readonly [name: string, token: () => Promise<string | undefined>, status: number];

const OTHERS: readonly Caller[] = [
  ['another user of her tenant', () => deployment.token({ sub: 'eve' }), 200],
  ['her namesake at another issuer', () => deployment.b.token(), 200],
  ['herself for another tenant', () => deployment.token({ tenant: 'umbrella' }), 200],
  ['herself with a token that is over', () => deployment.token({ exp: 1 }), 401],
  ['somebody without a token', async () => undefined, 401],
];

const headersOf = (token: string | undefined): Record<string, string> => (token === undefined ? {} : bearer(token));

/** Ann's tasks that still run. A principal has all her tasks in every revision. */
let tasks: readonly string[];
let cursor: string;

async function startTask(session: WireSession, id: number): Promise<string> {
  const [pod] = deployment.urls;
  const params = { name: 'slow', arguments: { steps: 1, ms: 120_000 }, task: { ttl: 300_000 } };
  const [answer] = await messagesOf(await session.send(pod, { jsonrpc: '2.0', id, method: 'tools/call', params }));
  const { taskId } = (answer?.result?.['task'] ?? {}) as { taskId?: string };
  return String(taskId);
}

async function runTask(session: WireSession, id: number): Promise<void> {
  const params = { name: 'echo', arguments: { text: 'x' }, task: { ttl: 300_000 } };
  await messagesOf(await session.send(deployment.urls[0], { jsonrpc: '2.0', id, method: 'tools/call', params }));
}

beforeAll(async () => {
  const [pod] = deployment.urls;
  const headers = bearer(await deployment.token());
  const session = await openSession(pod, { headers });
  // The list has more than one page.
  for (let id = 2; id < 60; id += 1) await runTask(session, id);
  const listed = await session.send(pod, { jsonrpc: '2.0', id: 100, method: 'tasks/list' });
  const [page] = await messagesOf(listed);
  cursor = String(page?.result?.['nextCursor']);
  tasks = [await startTask(session, 1), await startTask(session, 101)];
});

/** What a caller of 2026-07-28 can do with the id of a task. */
const METHODS: readonly [string, object][] = [
  ['tasks/get', {}],
  ['tasks/cancel', {}],
  ['tasks/update', { inputResponses: { question: { action: 'accept', content: {} } } }],
];

describe.each(OTHERS)('%s', (_name, tokenOf, status) => {
  test.each(METHODS)(
    '%s of a foreign task: gets the answer for an unknown id, on each pod [auth.foreign.task]',
    async (method, more) => {
      const headers = headersOf(await tokenOf());
      const act = async (pod: URL, taskId: string) =>
        visible(
          await postModern(pod, method, { taskId, ...more, _meta: ABLE }, { ...headers, 'mcp-name': taskId }),
          taskId,
        );
      for (const pod of deployment.urls) {
        for (const task of tasks) {
          const foreign = await act(pod, task);
          expect(foreign).toEqual(await act(pod, UNKNOWN));
          expect(foreign).toMatchObject({ status });
        }
      }
    },
  );

  test('listens to a foreign task: hears what one hears of an unknown one [auth.foreign.task]', async () => {
    const headers = headersOf(await tokenOf());
    const listen = async (taskId: string) => {
      const response = await postModern(
        deployment.urls[1],
        'subscriptions/listen',
        { notifications: { taskIds: [taskId] }, _meta: ABLE },
        headers,
      );
      if (response.status !== 200) return visible(response, taskId);
      const stream = readStream(response);
      const first = await stream.next();
      await stream.cut();
      return { status: response.status, first: first?.data.replaceAll(taskId, '(the id)') };
    };
    for (const task of tasks) expect(await listen(task)).toEqual(await listen(UNKNOWN));
  });
});

describe.each(OTHERS.filter(([, , status]) => status === 200))('%s, in a session of her own', (_name, tokenOf) => {
  test('uses a foreign task or cursor: it is like an unknown one [auth.foreign.task]', async () => {
    const session = await openSession(deployment.urls[0], { headers: headersOf(await tokenOf()) });
    const ask = async (pod: URL, method: string, params: object, id: string) =>
      visible(await session.send(pod, { jsonrpc: '2.0', id: `${method} ${id}`.length, method, params }), id);
    for (const pod of deployment.urls) {
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        for (const task of tasks) {
          const foreign = await ask(pod, method, { taskId: task }, task);
          expect(foreign, method).toEqual(await ask(pod, method, { taskId: UNKNOWN }, UNKNOWN));
        }
      }
      const unknown = cursor.replace(/\d/g, '1');
      const foreign = await ask(pod, 'tasks/list', { cursor }, cursor);
      expect(foreign).toEqual(await ask(pod, 'tasks/list', { cursor: unknown }, unknown));
      expect(foreign).toMatchObject({ body: expect.stringContaining('"tasks":[]') });
    }
  });
});

test('the owner still has her tasks, and nobody has cancelled them [auth.foreign.task]', async () => {
  const headers = bearer(await deployment.token());
  for (const taskId of tasks) {
    const params = { taskId, _meta: ABLE };
    const [answer] = await messagesOf(
      await postModern(deployment.urls[1], 'tasks/get', params, { ...headers, 'mcp-name': taskId }),
    );
    expect(answer?.result).toMatchObject({ taskId, status: 'working' });
    await messagesOf(await postModern(deployment.urls[1], 'tasks/cancel', params, { ...headers, 'mcp-name': taskId }));
  }
});
