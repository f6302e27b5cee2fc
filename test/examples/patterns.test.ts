/** The examples that people copy: each on several pods, without affinity. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { login } from '../../examples/auth-client/login.ts';
import { MemoryProvider } from '../../examples/auth-client/memory-provider.ts';
import { openTaskSession } from '../../examples/client/task-session.ts';
import { eventually } from '../cluster/settle.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { type Postgres, startPostgres } from '../lib/postgres.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { connect, ERAS, example, usePods } from './pods.ts';

describe('examples/postgres', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.load(example('postgres/schema.sql'));
  });
  const pods = usePods('postgres/server.ts', 2, () => ({ DATABASE_URL: postgres.url }));
  afterAll(() => postgres?.stop());

  it.each(ERAS)('orders once, however often it is called, and any pod finds the order (%s)', async (era, mode) => {
    const { client, call } = await connect(pods.url, mode);
    const order = { key: randomUUID(), customer: `Ada of ${era}`, item: "it's; DROP TABLE orders", quantity: 3 };
    const placed = [await call('place_order', order), await call('place_order', order)];
    expect(placed).toEqual([`ordered 3 × ${order.item}`, `the order ${order.key} exists already`]);
    const find = () => call('find_orders', { customer: order.customer });
    expect([await find(), await find()]).toEqual([`3 × ${order.item}`, `3 × ${order.item}`]);
    expect(await call('find_orders', { customer: 'nobody' })).toBe('no orders');
    await client.close();
  });
});

describe('examples/uploads', () => {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-uploads-'));
  const pods = usePods('uploads/server.ts', 2, () => ({ UPLOADS: directory }));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(ERAS)('takes a file in parts on two pods, and gives it as a resource (%s)', async (era, mode) => {
    const { client, call } = await connect(pods.url, mode);
    const content = randomBytes(300_000);
    const upload = await call('begin_upload', { name: `${era}.bin`, mimeType: 'application/octet-stream' });
    const parts = [content.subarray(0, 100_000), content.subarray(100_000, 200_000), content.subarray(200_000)];
    const add = (part: number) => call('add_part', { upload, part, base64: parts[part]?.toString('base64') });
    const end = () =>
      client.callTool({
        name: 'end_upload',
        arguments: { upload, sha256: createHash('sha256').update(content).digest('hex') },
      });
    // Out of order, one twice, and one too late.
    for (const part of [2, 0, 2]) await add(part);
    expect(await end()).toMatchObject({ isError: true });
    await add(1);
    const uri = `upload://${upload}`;
    expect((await end()).content).toEqual([
      expect.objectContaining({ type: 'resource_link', uri, name: `${era}.bin` }),
    ]);

    const { resources } = await client.listResources();
    expect(resources).toContainEqual(expect.objectContaining({ uri, name: `${era}.bin` }));
    for (const _pod of pods.pods) {
      const [read] = (await client.readResource({ uri })).contents;
      expect(read && 'blob' in read && Buffer.from(read.blob, 'base64').equals(content)).toBe(true);
    }
    await expect(client.readResource({ uri: 'upload://..%2F..%2Fetc' })).rejects.toThrow(/no such file/);
    await client.close();
  });

  it('tells its client of the new file, whichever pod its stream is on', async () => {
    const { client, call } = await connect(pods.url, 'legacy');
    let heard = 0;
    client.setNotificationHandler('notifications/resources/list_changed', () => {
      heard += 1;
    });
    for (let file = 1; file <= 4; file += 1) {
      const upload = await call('begin_upload', { name: `${file}.txt`, mimeType: 'text/plain' });
      await call('add_part', { upload, part: 0, base64: 'aGVsbG8=' });
      await call('end_upload', { upload, sha256: createHash('sha256').update('hello').digest('hex') });
      await eventually(() => expect(heard).toBeGreaterThanOrEqual(file));
    }
    await client.close();
  });
});

describe('examples/long-report', () => {
  const pods = usePods('long-report/server.ts', 2, () => ({ CHAPTER_MS: '700' }));
  const whole = ['Chapter 1 of pods', 'Chapter 2 of pods', 'Chapter 3 of pods'].join('\n');

  it.each(ERAS)('becomes a task for a client that knows tasks (%s)', async (_era, mode) => {
    const { client } = await connect(pods.url, mode);
    const session = openTaskSession(client, new URL(pods.url));
    const options = mode === 'legacy' ? { task: { preference: 'require' } as const } : {};
    const execution = await session.callTool('write_report', { topic: 'pods', chapters: 3 }, options);
    expect(execution.kind).toBe('task');
    const said: (string | undefined)[] = [];
    const { outcome } = await execution.settle({
      onEvent: (event) => {
        if (event.type === 'task') said.push(event.task.statusMessage);
      },
    });
    expect(JSON.stringify(outcome)).toContain(JSON.stringify(whole).slice(1, -1));
    expect(said.some((message) => /^\d of 3 chapters$/.test(message ?? ''))).toBe(true);
    await session.close();
    await client.close();
  });

  it.each(ERAS)('is ordered once by a client that knows no tasks, and asked for on any pod (%s)', async (era, mode) => {
    const { client, call } = await connect(pods.url, mode);
    const order = { topic: `pods of ${era}`, chapters: 3 };
    const report = await call('order_report', order);
    expect(await call('order_report', order)).toBe(report);
    await eventually(async () => expect(await call('get_report', { report })).toContain('"completed"'));
    expect(await call('get_report', { report })).toContain(`Chapter 3 of ${order.topic}`);
    expect(await call('get_report', { report: 'another' })).toContain('There is no report another');
    await client.close();
  });
});

describe('examples/three-questions', () => {
  const pods = usePods('three-questions/server.ts', 3);

  it.each(ERAS)('asks three questions, the answers of which reach three pods (%s)', async (_era, mode) => {
    const { client, call, questions } = await connect(pods.url, mode, [
      { place: 'Oslo' },
      { days: 4 },
      { confirm: true },
    ]);
    expect(await call('book_trip')).toBe('Booked 4 days in Oslo.');
    expect(questions).toEqual(['Where do you want to go?', 'How many days in Oslo?', 'Book 4 days in Oslo?']);
    await client.close();
  });

  it.each(ERAS)('books nothing without an answer, or against it (%s)', async (_era, mode) => {
    const silent = await connect(pods.url, mode, [{ place: 'Oslo' }]);
    expect(await silent.call('book_trip')).toBe('The user did not answer. Nothing is booked.');
    const unwilling = await connect(pods.url, mode, [{ place: 'Oslo' }, { days: 4 }, { confirm: false }]);
    expect(await unwilling.call('book_trip')).toBe('Nothing is booked.');
    for (const { client } of [silent, unwilling]) await client.close();
  });
});

describe('examples/sign-in', () => {
  const parts: { provider?: Child; pod?: Pod; issuer: string } = { issuer: '' };
  beforeAll(async () => {
    const [port, own] = await Promise.all([freePort(), freePort()]);
    const resource = `http://127.0.0.1:${own}/mcp`;
    parts.issuer = `http://127.0.0.1:${port}`;
    const offered = ['--resource', resource, '--scope', 'mcp', '--scope', 'reports:read'];
    const main = example('../services/auth-server/src/main.ts');
    parts.provider = startChild(process.execPath, [main, '--port', `${port}`, ...offered]);
    const ready = async () => (await fetch(`${parts.issuer}/.well-known/oauth-authorization-server`)).ok;
    await waitUntilReady(parts.provider, ready, { name: 'authorization server' });
    const ANYPOD_AUTH = example('sign-in/auth.json');
    const env = { ANYPOD_AUTH, ANYPOD_AUTH_ISSUERS: parts.issuer, ANYPOD_PUBLIC_URL: resource };
    parts.pod = await startPod({ module: example('sign-in/server.ts'), port: own, env });
  });
  afterAll(async () => {
    await parts.pod?.stop();
    await parts.provider?.stop();
  });

  it('knows who signed in, and asks for one more scope for one tool', async () => {
    const authProvider = new MemoryProvider(false);
    const open = () => new StreamableHTTPClientTransport(new URL(parts.pod?.url ?? ''), { authProvider });
    const client = new Client({ name: 'test', version: '1' });
    const grant = async (transport: StreamableHTTPClientTransport, error: unknown) => {
      if (!(error instanceof UnauthorizedError) || authProvider.authorizationUrl === undefined) throw error;
      const asked = authProvider.authorizationUrl.searchParams.get('scope');
      await transport.finishAuth(await login(authProvider.authorizationUrl, 'ann@acme'));
      return asked;
    };
    const first = open();
    const scope = await client.connect(first).then(
      () => 'none',
      (error: unknown) => grant(first, error),
    );
    expect(scope).toContain('mcp');
    const transport = open();
    await client.connect(transport);
    const { content } = await client.callTool({ name: 'who_am_i' });
    expect(content).toEqual([
      { type: 'text', text: expect.stringMatching(new RegExp(`^ann@acme of ${parts.issuer}, with the scopes .*mcp`)) },
    ]);
    const more = await client.callTool({ name: 'read_salary' }).then(
      () => 'none',
      (error: unknown) => grant(transport, error),
    );
    expect(more).toContain('reports:read');
    expect((await client.callTool({ name: 'read_salary' })).content).toEqual([{ type: 'text', text: 'enough' }]);
    await client.close();
  });
});
