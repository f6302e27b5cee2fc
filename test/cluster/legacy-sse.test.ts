import { Client as OldestClient } from 'sdk-v1-oldest/client/index.js';
import { SSEClientTransport as OldestTransport } from 'sdk-v1-oldest/client/sse.js';
import { describe, expect, it, vi } from 'vitest';
import { useDeployment } from './deployment.ts';
import { at, callOf, connect, INITIALIZE, JSON_TYPE, open, PING, post } from './sse-clients.ts';
import { messagesOf, openSession } from './wire.ts';

const WITHIN = { timeout: 30_000 };

const deployment = useDeployment({ args: ['--legacy-sse'] });

/** Its stream is on the first pod; its messages go to the second and the third, in turn. */
function connectSpread() {
  let next = 0;
  return connect({
    stream: () => deployment.pods[0],
    messages: () => deployment.pods[1 + (next++ % 2)] as URL,
  });
}

describe('a client of HTTP+SSE', () => {
  it('is served by any pod: its stream is on one pod, its messages go to others [http.sse.any-pod]', async () => {
    const { client, call } = await connectSpread();
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    for (let number = 0; number < 6; number += 1) {
      expect(await call('echo', { text: `call ${number}` })).toContain(`call ${number}`);
    }
    await client.close();
  });

  it('gets progress, in order and before the result [http.sse.any-pod]', async () => {
    // The official client drops progress that it reads together with the result.
    const [first, second, third] = deployment.pods;
    const stream = await open(first);
    const on = (pod: URL) => at(pod, `${stream.address.pathname}${stream.address.search}`);
    await post(on(second), INITIALIZE);
    const { params, ...call } = callOf(1, 'slow', { steps: 4, ms: 5 });
    await post(on(third), { ...call, params: { ...params, _meta: { progressToken: 7 } } });
    await stream.until?.('"id":1');
    const seen = [...(stream.text?.() ?? '').matchAll(/"progress":(\d)|"id":(1)\b/g)];
    expect(seen.map(([, progress, id]) => progress ?? `id ${id}`)).toEqual(['1', '2', '3', '4', 'id 1']);
    stream.close();
  });

  it('answers a question on another pod than the one that asks [http.sse.any-pod]', async () => {
    const { client, call } = await connectSpread();
    expect(await call('ask', {})).toContain('Ada');
    await client.close();
  });

  it('cancels a call through another pod [http.sse.any-pod]', async () => {
    const { client, call } = await connectSpread();
    const abort = new AbortController();
    const call1 = call('wait_cancel', { key: 'sse-cancel' }, { signal: abort.signal }).catch(String);
    await vi.waitFor(() => expect(deployment.journal('sse-cancel', 'started')).toHaveLength(1), WITHIN);
    abort.abort('enough');
    await call1;
    await vi.waitFor(() => expect(deployment.journal('sse-cancel', 'aborted')).toHaveLength(1), WITHIN);
    await client.close();
  });

  it('gets what the server says by itself [http.sse.any-pod]', async () => {
    const { client, call, notified } = await connectSpread();
    await client.subscribeResource({ uri: 'note://one' });
    await call('say', { text: 'hello' });
    await call('touch', { uri: 'note://one' });
    await vi.waitFor(() => expect(notified).toContain('notifications/message'), WITHIN);
    await vi.waitFor(() => expect(notified).toContain('notifications/resources/updated'), WITHIN);
    await client.close();
  });

  it('is served through a balancer, also with the oldest and the newest SDK, beside clients of Streamable HTTP [http.sse.beside]', async () => {
    const client = new OldestClient({ name: 'oldest', version: '1' });
    await client.connect(new OldestTransport(at(deployment.balancer, '/sse')));
    const newest = await connect({ stream: () => deployment.balancer, messages: () => deployment.balancer });
    const streamable = await openSession(deployment.balancer);
    for (let number = 0; number < 6; number += 1) {
      const params = { name: 'echo', arguments: { text: `call ${number}` } };
      const answers = await Promise.all([
        client.callTool(params),
        newest.call(params.name, params.arguments),
        streamable.call(deployment.balancer, number + 1, params.name, params.arguments).then(messagesOf),
      ]);
      for (const answer of answers) expect(JSON.stringify(answer)).toContain(`call ${number}`);
    }
    expect(await newest.call('ask', {})).toContain('Ada');
    await Promise.all([client.close(), newest.client.close(), streamable.end(deployment.balancer)]);
  });
});

describe('HTTP+SSE', () => {
  it('refuses what names no session or comes twice [http.sse.refused]', async () => {
    const [first, other] = deployment.pods;
    const { address, close } = await open(first);
    expect(await post(at(other, `${address.pathname}${address.search}`), INITIALIZE)).toMatchObject({ status: 202 });
    expect(await post(address, INITIALIZE)).toMatchObject({ status: 400, body: expect.stringContaining('already') });
    expect(await post(address, PING)).toMatchObject({ status: 202 });
    expect(await post(at(address, '/messages'), PING)).toMatchObject({ status: 400 });
    expect(await post(at(address, '/messages?sessionId=x'), PING)).toMatchObject({ status: 404 });
    expect(await post(at(address, '/sse'), PING)).toMatchObject({ status: 405 });
    expect((await fetch(address)).status).toBe(405);
    close();
  });

  it('keeps its sessions apart from those of Streamable HTTP [http.sse.beside]', async () => {
    const [first] = deployment.pods;
    const { address, close } = await open(first);
    await post(address, INITIALIZE);
    const session = address.searchParams.get('sessionId') ?? '';
    const headers = { ...JSON_TYPE, accept: 'application/json, text/event-stream', 'mcp-session-id': session };
    const body = JSON.stringify({ jsonrpc: '2.0', ...PING });
    expect((await fetch(at(address, '/mcp'), { method: 'POST', headers, body })).status).toBe(404);
    close();
    const begun = await fetch(at(first, '/mcp'), {
      method: 'POST',
      headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', ...INITIALIZE }),
    });
    const streamable = begun.headers.get('mcp-session-id') ?? '';
    expect((await post(at(first, `/messages?sessionId=${streamable}`), PING)).status).toBe(404);
  });

  it('refuses a forged event id, and one of another session [http.sse.refused]', async () => {
    const [first] = deployment.pods;
    const one = await open(first);
    const other = await open(first);
    expect((await open(first, { 'last-event-id': 'x~g.y' })).status).toBe(404);
    const foreign = `${other.address.searchParams.get('sessionId')}~${one.lastId?.().split('~')[1]}`;
    expect((await open(first, { 'last-event-id': foreign })).status).toBe(404);
    one.close();
    other.close();
  });

  it('answers a message before initialize, as the SDK does, and never twice [http.sse.any-pod]', async () => {
    const [first, second] = deployment.pods;
    const stream = await open(first);
    const other = at(second, `${stream.address.pathname}${stream.address.search}`);
    const calls = [1, 2, 3, 4].map((id) =>
      post(id % 2 === 0 ? other : stream.address, callOf(id, 'echo', { text: `${id}` })),
    );
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    for (const id of [1, 2, 3, 4]) await stream.until?.(`"id":${id}`);
    expect(stream.text?.().match(/"id":/g)).toHaveLength(4);
    stream.close();
  });

  it('takes messages after its stream has ended; a client that comes back gets their answers once [http.sse.stream]', async () => {
    const [first, second, third] = deployment.pods;
    const stream = await open(first);
    const on = (pod: URL) => at(pod, `${stream.address.pathname}${stream.address.search}`);
    await post(on(second), INITIALIZE);
    await stream.until?.('"id":0');
    const lastId = stream.lastId?.() ?? '';
    stream.close();
    for (const [index, pod] of deployment.pods.entries()) {
      expect(await post(on(pod), callOf(index + 1, 'echo', { text: `${index}` }))).toMatchObject({ status: 202 });
    }
    const again = await open(third, { 'last-event-id': lastId });
    for (const id of [1, 2, 3]) await again.until?.(`"id":${id}`);
    expect(again.text?.().match(/"id":/g)).toHaveLength(3);
    again.close();
  });
});
