import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createSurvivingFetch, type SurvivingFetchOptions } from 'anypod/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startChild } from '../lib/child.ts';
import { type CuttingProxy, startCuttingProxy } from '../lib/cutting-proxy.ts';
import { startDroppingProxy } from '../lib/dropping-proxy.ts';
import { useDeployment } from './deployment.ts';

const SERVER = fileURLToPath(new URL('fixture-surviving.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('../../examples/agent/client.ts', import.meta.url));
const WITHIN = { timeout: 30_000 };
const ERAS = ['legacy', 'modern'] as const;
type Era = (typeof ERAS)[number];

const folder = mkdtempSync(join(tmpdir(), 'anypod-surviving-'));
const LEDGER = join(folder, 'ledger.txt');
writeFileSync(LEDGER, '');

const deployment = useDeployment({ module: SERVER, env: { LEDGER, STEP_MS: '1000' } });
let proxy: CuttingProxy;
beforeAll(async () => {
  proxy = await startCuttingProxy(Number(deployment.balancer.port));
});
afterAll(() => proxy.stop());

const ledger = (trip: string) => readFileSync(LEDGER, 'utf8').match(new RegExp(`^\\w+ ${trip}$`, 'gm')) ?? [];
/** What the client has kept of a step. */
const keptOf = (file: string, step: string) =>
  Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>).find(([key]) =>
    key.endsWith(` step ${step}`),
  )?.[1] ?? '';
let files = 0;
const newFile = () => join(folder, `client-${files++}.json`);

interface Call {
  readonly step?: string;
  readonly ms?: number;
  readonly onprogress?: () => void;
}

/** An official client over the surviving fetch: of SDK v1, or of SDK v2 in one of the eras. */
async function connect(sdk: 'v1' | Era, url: URL, options: SurvivingFetchOptions = {}) {
  const fetch = createSurvivingFetch(url, options);
  const meta = (step: string | undefined) => (step === undefined ? {} : { _meta: { 'anypod/step': step } });
  if (sdk === 'v1') {
    const client = new ClientV1({ name: 'surviving', version: '1' });
    const transport = new TransportV1(url, { fetch });
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    const call = async (name: string, key: string, { step, ms, ...rest }: Call = {}) =>
      JSON.stringify(await client.callTool({ name, arguments: { key, ms }, ...meta(step) }, undefined, rest));
    return { client, call, transport };
  }
  const mode = sdk === 'legacy' ? 'legacy' : { pin: '2026-07-28' };
  const client = new ClientV2(
    { name: 'surviving', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
  const transport = new TransportV2(url, { fetch });
  await client.connect(transport);
  const call = async (name: string, key: string, { step, ms, ...rest }: Call = {}) =>
    JSON.stringify(await client.callTool({ name, arguments: { key, ms }, ...meta(step) }, rest));
  return { client, call, transport };
}

describe.each(ERAS)('an agent in the middle of three tool calls (%s)', (era) => {
  const start = (trip: string, file: string) => startChild(process.execPath, [AGENT, proxy.url, file, era, trip]);

  it('goes on at the third if the network drops after the second and the process restarts [client.step]', async () => {
    const [trip, file] = [`${era}-after`, newFile()];
    const first = start(trip, file);
    await vi.waitFor(() => expect(first.logs()).toContain(`pay is done for trip ${trip}`), WITHIN);
    await proxy.cut('all');
    await first.stop(0);
    const second = start(trip, file);
    expect(await second.exited, second.logs()).toMatchObject({ code: 0 });
    expect(second.logs()).toContain(`send_ticket is done for trip ${trip}`);
    expect(ledger(trip)).toEqual(['reserve', 'pay', 'send_ticket'].map((step) => `${step} ${trip}`));
  });

  it('has the result of a call in whose middle it was killed [client.step]', async () => {
    const [trip, file] = [`${era}-middle`, newFile()];
    const first = start(trip, file);
    await vi.waitFor(() => expect(ledger(trip)).toContain(`pay ${trip}`), WITHIN);
    // In a session, what is known of the call is its position. In 2026-07-28 it is its key.
    await vi.waitFor(() => expect(keptOf(file, 'pay')).toContain(era === 'legacy' ? 'eventId' : 'guardKey'), WITHIN);
    await proxy.cut('all');
    await first.stop(0);
    expect(first.logs()).not.toContain('pay is done');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = start(trip, file);
    expect(await second.exited, second.logs()).toMatchObject({ code: 0 });
    expect(second.logs()).toContain(`pay is done for trip ${trip}`);
    expect(ledger(trip)).toEqual(['reserve', 'pay', 'send_ticket'].map((step) => `${step} ${trip}`));
  });
});

describe.each(['v1', ...ERAS] as const)('a client of %s on a network that drops every fifth request', (sdk) => {
  it('gets every result of what is safe to repeat, and never has the rest done twice [client.bad-network] [client.repeat] [client.once]', async () => {
    const bad = await startDroppingProxy(Number(deployment.balancer.port), 5);
    const { client, call } = await connect(sdk, bad.url);
    const safe = sdk === 'modern' ? 'guarded' : 'safe';
    for (let number = 0; number < 20; number += 1) {
      expect(await call(safe, `${sdk}-${number}`)).toContain(`${safe} ${sdk}-${number}`);
    }
    const mostEffects = Math.max(...Array.from({ length: 20 }, (_, n) => deployment.journal(`${sdk}-${n}`).length));
    expect(mostEffects).toBeLessThanOrEqual(sdk === 'modern' ? 1 : 4);
    for (let number = 0; number < 10; number += 1) {
      const key = `${sdk}-once-${number}`;
      const outcome = await call('once', key).catch((error: { data?: unknown }) => error.data);
      const answered = typeof outcome === 'string';
      if (!answered) expect(outcome).toMatchObject({ reason: 'connection_lost', retry: false });
      expect(deployment.journal(key).length).toBeGreaterThanOrEqual(answered ? 1 : 0);
      expect(deployment.journal(key).length).toBeLessThanOrEqual(1);
    }
    expect(bad.dropped).toBeGreaterThan(4);
    await client.close();
    await bad.stop();
  });
});

describe.each(['v1', 'legacy'] as const)('a session of a client of %s', (sdk) => {
  it('is opened again after 404, in the middle of its work [client.session]', async () => {
    const warned: string[] = [];
    const { client, call, transport } = await connect(sdk, deployment.balancer, { warn: (text) => warned.push(text) });
    expect(await call('once', `${sdk}-before`)).toContain('once');
    const headers = { 'mcp-session-id': transport.sessionId ?? '', 'mcp-protocol-version': '2025-11-25' };
    expect((await fetch(deployment.pods[0], { method: 'DELETE', headers })).status).toBe(200);
    for (let number = 0; number < 4; number += 1)
      expect(await call('once', `${sdk}-after-${number}`)).toContain('once');
    expect(warned).toEqual(['the session was gone; a new one has been opened']);
    await client.close();
  });
});

describe('a step', () => {
  it.each(ERAS)(
    'is answered from what is kept, in another process and in the same one (%s) [client.step]',
    async (era) => {
      const store = newFile();
      const key = `kept-${era}`;
      const one = await connect(era, deployment.balancer, { store });
      const answer = await one.call('once', key, { step: 'first' });
      expect(await one.call('once', key, { step: 'first' })).toBe(answer);
      await one.client.close();
      const other = await connect(era, deployment.balancer, { store });
      expect(await other.call('once', key, { step: 'first' })).toBe(answer);
      await expect(other.call('once', 'other key', { step: 'first' })).rejects.toThrow(/had other arguments/);
      expect(deployment.journal(key)).toHaveLength(1);
      await other.client.close();
    },
  );

  it.each(ERAS)('that runs cannot be begun again at the same time (%s) [client.step]', async (era) => {
    const key = `twice-${era}`;
    const { client, call } = await connect(era, deployment.balancer);
    const running = call('once', key, { step: 'a', ms: 500 });
    await expect(call('once', key, { step: 'a', ms: 500 })).rejects.toThrow(/is running/);
    expect(await running).toContain(key);
    expect(deployment.journal(key)).toHaveLength(1);
    await client.close();
  });
});

describe.each(['poll', 'follow'] as const)('a task of 2026-07-28 (%s)', (tasks) => {
  it('is waited for in place of the client, through cut connections [client.task]', async () => {
    const { client, call } = await connect('modern', new URL(proxy.url), { tasks });
    const progress = vi.fn();
    const running = call('task', `task-${tasks}`, { ms: 1500, onprogress: progress });
    await vi.waitFor(() => expect(progress).toHaveBeenCalled(), WITHIN);
    await proxy.cut('all');
    expect(await running).toContain(`task task-${tasks}`);
    expect(deployment.journal(`task-${tasks}`)).toHaveLength(1);
    await client.close();
  });

  it('asks the client, as a call does [client.task]', async () => {
    const { client, call } = await connect('modern', deployment.balancer, { tasks });
    expect(await call('asking_task', `asks-${tasks}`)).toContain('Ada');
    await client.close();
  });

  it('is found again by another process [client.task] [client.step]', async () => {
    const store = newFile();
    const one = await connect('modern', deployment.balancer, { store, tasks });
    const key = `found-${tasks}`;
    const left = one.call('task', key, { step: 'a', ms: 1500 }).catch(() => undefined);
    await vi.waitFor(() => expect(readFileSync(store, 'utf8')).toContain('taskId'), WITHIN);
    await one.client.close();
    await left;
    const other = await connect('modern', deployment.balancer, { store, tasks });
    expect(await other.call('task', key, { step: 'a', ms: 1500 })).toContain(key);
    expect(deployment.journal(key)).toHaveLength(1);
    await other.client.close();
  });
});
