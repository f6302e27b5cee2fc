import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from '../../anypod.ts';
import { silentMeter } from '../../core/meter.ts';
import type { Lease } from '../../core/store/lease.ts';
import { createMemoryStore } from '../../memory/index.ts';
import type { PodOptions } from '../context/options.ts';
import { monotonicNow } from '../lifecycle/lease.ts';

const LEASE_MS = 300;
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const secrets = ['a secret of at least thirty-two bytes'];

/** A lease that can end without notice, as when a process is killed or paused. */
function mortalLease(store: ReturnType<typeof createMemoryStore>) {
  const state = { alive: true, until: 0, since: 0, renew: async () => {} };
  const takeLease = async (pod: string): Promise<Lease> => {
    const renew = async () => {
      if (!state.alive) return;
      await store.pods.renew(pod, LEASE_MS);
      state.until = monotonicNow() + LEASE_MS;
    };
    state.renew = renew;
    await renew();
    const timer = setInterval(() => void renew(), LEASE_MS / 3);
    const judgesFrom = () => state.since + LEASE_MS;
    return { state: () => ({ ...state, judgesFrom: judgesFrom() }), stop: async () => clearInterval(timer) };
  };
  return { state, takeLease };
}

describe('exchanges of a pod whose lease runs out', () => {
  const open: Anypod[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pod) => pod.close()));
  });

  /** One pod that will be lost and one that will not; `runs` says on which a tool ran. */
  async function start(options: PodOptions = {}) {
    const store = createMemoryStore();
    const runs: string[] = [];
    const endings: string[] = [];
    const meter = { ...silentMeter, orphanEnded: (outcome: string) => void endings.push(outcome) };
    const gate = { lost: Promise.withResolvers<string>(), other: Promise.withResolvers<string>() };
    const { state, takeLease } = mortalLease(store);
    const createServer = (name: 'lost' | 'other') => () => {
      const server = new McpServer({ name: 'test', version: '1' });
      const tool = async () => {
        runs.push(name);
        return { content: [{ type: 'text' as const, text: `${name}: ${await gate[name].promise}` }] };
      };
      const inputSchema = z.object({});
      server.registerTool('read', { inputSchema, annotations: { readOnlyHint: true } }, tool);
      server.registerTool('repeat', { inputSchema, annotations: { idempotentHint: true } }, tool);
      server.registerTool('write', { inputSchema }, tool);
      return server;
    };
    const make = (name: 'lost' | 'other', more: object) =>
      createAnypod({
        createServer: createServer(name),
        store,
        secrets,
        leaseMs: LEASE_MS,
        upgradeAfterMs: 0,
        ...options,
        ...more,
      });
    const lost = await make('lost', { takeLease });
    const other = await make('other', { meter });
    open.push(lost, other);
    return { lost, other, runs, endings, gate, lease: state };
  }

  function post(pod: Anypod, message: object, headers: Record<string, string> = {}): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return pod.fetch(
      new Request('http://localhost/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body }),
    );
  }

  async function callOn(pod: Anypod, name: string) {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
    const opened = await post(pod, { id: 1, method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    const call = await post(pod, { id: 2, method: 'tools/call', params: { name, arguments: {} } }, session);
    const reader = call.body?.pipeThrough(new TextDecoderStream()).getReader();
    const primed = (await reader?.read())?.value ?? '';
    const id = /^id: (.*)$/m.exec(primed)?.[1] ?? '';
    const resume = (on: Anypod) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': id, ...session };
      return on.fetch(new Request('http://localhost/mcp', { headers }));
    };
    return { reader, resume };
  }

  async function answerIn(response: Response): Promise<unknown> {
    return JSON.parse(/^data: (.+)$/m.exec(await response.text())?.[1] ?? 'null');
  }

  it('run again if the tool only reads, for a client that waits on another pod', async () => {
    const { lost, other, runs, endings, gate, lease } = await start();
    const { resume } = await callOn(lost, 'read');
    lease.alive = false;
    const resumed = await resume(other);
    gate.other.resolve('done');
    expect(await answerIn(resumed)).toMatchObject({ id: 2, result: { content: [{ text: 'other: done' }] } });
    expect(runs).toEqual(['lost', 'other']);
    expect(endings).toEqual(['rerun']);
  });

  it.each<[string, PodOptions, boolean]>([
    ['write', {}, false],
    ['repeat', {}, true],
    ['read', { rerun: 'never' }, true],
    ['read', { rerunLimit: 0 }, true],
    ['write', { rerun: 'safe' }, false],
  ])('are refused honestly otherwise: %s under %j', async (tool, options, retry) => {
    const { lost, other, runs, endings, lease } = await start(options);
    const { resume } = await callOn(lost, tool);
    lease.alive = false;
    const answer = await answerIn(await resume(other));
    expect(answer).toMatchObject({ id: 2, error: { code: -32603, data: { reason: 'pod_lost', retry } } });
    expect(runs).toEqual(['lost']);
    expect(endings).toEqual(['refused']);
  });

  it('run again if the tool is idempotent and the operator allows it', async () => {
    const { lost, other, gate, lease } = await start({ rerun: 'safe' });
    const { resume } = await callOn(lost, 'repeat');
    lease.alive = false;
    gate.other.resolve('done');
    expect(await answerIn(await resume(other))).toMatchObject({ result: { content: [{ text: 'other: done' }] } });
  });

  it('deliver nothing more from the pod that was only paused', async () => {
    const { lost, other, gate, lease } = await start();
    const { reader, resume } = await callOn(lost, 'read');
    lease.alive = false;
    const resumed = await resume(other);
    gate.other.resolve('done');
    await answerIn(resumed.clone());
    gate.lost.resolve('late');
    const rest = await reader?.read();
    expect(rest?.value ?? '').not.toContain('late');
    expect(await resumed.text()).not.toContain('late');
  });

  it('deliver nothing more from a pod that got its lease again before it sent a message', async () => {
    const { lost, other, gate, lease } = await start();
    const { reader, resume } = await callOn(lost, 'read');
    lease.alive = false;
    const resumed = await resume(other);
    gate.other.resolve('done');
    await answerIn(resumed);
    lease.alive = true;
    lease.since = monotonicNow();
    await lease.renew();
    gate.lost.resolve('late');
    expect((await reader?.read())?.value ?? '').not.toContain('late');
  });

  it('continue if no pod took them over, once the lease holds again', async () => {
    const { lost, other, gate, lease } = await start();
    await other.close();
    const { reader } = await callOn(lost, 'read');
    lease.until = 0;
    gate.lost.resolve('done');
    expect((await reader?.read())?.value).toContain('lost: done');
  });

  it('are left to other pods at once by a pod that closes', async () => {
    const { lost, other, gate } = await start();
    const { reader, resume } = await callOn(lost, 'read');
    const closing = lost.close();
    expect((await reader?.read())?.value).toMatch(/^retry: \d+$/m);
    await closing;
    gate.other.resolve('done');
    expect(await answerIn(await resume(other))).toMatchObject({ result: { content: [{ text: 'other: done' }] } });
  });
});
