import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdCall, type Neighbour, startNeighbour, useHostilePods } from './hostile-deployment.ts';
import { CLOSING, type Expected, ROWS, type Row } from './hostile-rows.ts';
import { logLines } from './log-lines.ts';
import { modern } from './metrics-traffic.ts';
import { eventually, settled } from './settle.ts';
import { lastEventId, readStream } from './stream-reader.ts';
import { type Message, messagesOf, openSession } from './wire.ts';

const DEPLOYMENTS = [
  { module: 'v2', store: 'memory' },
  { module: 'v2', store: 'redis' },
  { module: 'v1', store: 'memory' },
  { module: 'v1', store: 'redis' },
  { module: 'v2-reused', store: 'memory' },
] as const;

/** What else fails as the tool of that name does: how to ask for it, and how a sentence names it. */
const OTHERS: readonly ((fault: string) => { method: string; params: Record<string, unknown>; what: string })[] = [
  (fault) => ({ method: 'prompts/get', params: { name: fault }, what: `prompt "${fault}"` }),
  (fault) => ({ method: 'resources/read', params: { uri: `hostile://${fault}` }, what: `resource hostile://${fault}` }),
  (fault) => ({
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: fault }, argument: { name: fault, value: 'x' } },
    what: 'completion/complete',
  }),
];

/** The one response among the messages of an answer, which the client must get in time. */
async function responseOf(asked: Promise<Response>, what: string): Promise<Message | undefined> {
  const messages = await settled(asked.then(messagesOf), what);
  const responses = messages.filter((message) => message.method === undefined);
  expect(responses).toHaveLength(1);
  return responses[0];
}

const holds = (expected: Expected) => loosely(expected) as object;

/** Patterns stand for the texts that they match. */
function loosely(value: unknown): unknown {
  if (value instanceof RegExp) return expect.stringMatching(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(loosely);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, loosely(one)]));
}

describe.each(DEPLOYMENTS)('a server of $module over $store that goes wrong', ({ module, store }) => {
  const pods = useHostilePods({ module, store });
  let neighbour: Neighbour;

  beforeAll(async () => {
    neighbour = await startNeighbour(pods.here, 'neighbour');
  });
  afterAll(async () => {
    expect(await neighbour.end()).toBe('held to its end');
  });

  /** How many tool calls of an era were answered with an error. */
  const failures = async (era: 'legacy' | 'modern') =>
    (await pods.counted('anypod_requests_total'))[`method=tools/call,era=${era},outcome=rpc_error`] ?? 0;

  async function inSession(row: Row): Promise<void> {
    const session = await openSession(pods.there);
    for (const say of [false, true]) {
      const asked = session.call(pods.here, `${say}`, row.fault, { say });
      expect(await responseOf(asked, `the tool, ${say}`)).toMatchObject({ id: `${say}`, ...holds(row.tool) });
    }
    for (const other of row.other === undefined ? [] : OTHERS) {
      const { method, params, what } = other(row.fault);
      const asked = session.send(pods.here, { jsonrpc: '2.0', id: method, method, params });
      expect(await responseOf(asked, method)).toMatchObject({ id: method, ...holds(row.other?.(what) ?? {}) });
    }
    expect(await responseOf(session.call(pods.here, 'after', 'echo', { text: 'on' }), 'echo')).toMatchObject({
      result: { content: [{ text: 'on' }] },
    });
  }

  async function inModern(row: Row): Promise<void> {
    const meta = {
      'io.modelcontextprotocol/logLevel': 'debug',
      'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {}, roots: {} },
    };
    for (const say of [false, true]) {
      const params = { name: row.fault, arguments: { say }, _meta: meta };
      const answer = await responseOf(modern(pods.here, 'tools/call', params), `the tool in 2026, ${say}`);
      expect(answer).toMatchObject(holds(row.modernTool ?? row.tool));
    }
    for (const other of row.other === undefined ? [] : OTHERS) {
      const { method, params, what } = other(row.fault);
      const asked = modern(pods.here, method, params);
      expect(await responseOf(asked, `${method} in 2026`)).toMatchObject(holds(row.other?.(what) ?? {}));
    }
  }

  test.each(ROWS)('$fault: its call gets the answer, and nobody else notices [host.faults.values]', async (row) => {
    const { fault, tool, modernTool = tool, log } = row;
    const [legacyBefore, modernBefore] = [await failures('legacy'), await failures('modern')];
    await inSession(row);
    expect((await failures('legacy')) - legacyBefore).toBe(tool.error === undefined ? 0 : 2);
    await inModern(row);
    expect((await failures('modern')) - modernBefore).toBe(modernTool.error === undefined ? 0 : 2);
    await neighbour.tick();
    if (log === undefined) return;
    await eventually(() => expect(logLines(pods, log).map(({ name }) => name)).toContain(fault));
  });

  const closing = CLOSING.flatMap((row) => [false, true].map((say) => ({ ...row, say })));

  test.each(closing)('$fault, stream: $say: ends its session on every pod [host.faults.close]', async (row) => {
    const { fault, answer, say } = row;
    const before = (await pods.counted('anypod_sessions_ended_total'))['reason=server_closed'] ?? 0;
    const session = await openSession(pods.there);
    const standing = readStream(await session.listen(pods.there));
    const key = `beside-${fault}-${say}`;
    const running = await holdCall(session, pods.here, key);
    const cut = await holdCall(session, pods.here, `${key}-cut`);
    await cut.cut();
    const resumed = readStream(await session.listen(pods.there, lastEventId(cut.events)));

    expect(await responseOf(session.call(pods.here, 1, fault, { say }), fault)).toMatchObject(holds(answer));
    const ended = { error: { code: -32_603, data: { reason: 'server_closed' } } };
    expect((await settled(running.rest(), 'a running call')).at(-1)).toMatchObject({ id: `held-${key}`, ...ended });
    expect((await settled(resumed.rest(), 'a resumed call')).at(-1)).toMatchObject({ id: `held-${key}-cut`, ...ended });
    await settled(standing.rest(), 'the standing stream');
    for (const pod of [pods.here, pods.there]) {
      await eventually(async () => {
        const { status } = await session.call(pod, 2, 'echo', { text: 'x' });
        expect(status).toBe(404);
      });
    }
    await eventually(async () => {
      expect((await pods.counted('anypod_sessions_ended_total'))['reason=server_closed']).toBe(before + 1);
    });
    expect(pods.logs()).toContain('a server closed itself, which ends its session');
    await neighbour.tick();
  });

  test.each(CLOSING)('$fault: ends one call of 2026-07-28 [host.faults.close]', async ({ fault, answer }) => {
    for (const say of [false, true]) {
      const params = { name: fault, arguments: { say }, _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } };
      expect(await responseOf(modern(pods.here, 'tools/call', params), fault)).toMatchObject(holds(answer));
    }
    await neighbour.tick();
  });
});
