import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { FIXTURE, FIXTURE_V1, useDeployment } from './deployment.ts';

/** Runs `anypod check`; the lines that it printed, and its exit code. */
async function check(url: URL | string, ...flags: string[]): Promise<{ code: number | null; text: string }> {
  const child = startChild(process.execPath, [ANYPOD, 'check', `${url}`, ...flags]);
  const { code } = await child.exited;
  return { code, text: child.logs() };
}

const addressesOf = (pods: readonly URL[]) => pods.map(({ host }) => host).join(',');

/** The steps in order, as `ok initialize`. */
function steps(text: string): string[] {
  return text.split('\n').flatMap((line) => /^(ok|skip|FAIL) +(\S+( pod)?)/.exec(line)?.slice(1, 3).join(' ') ?? []);
}

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('anypod check of pods that share a Redis', () => {
  const deployment = useDeployment();

  test('goes through the balancer', async () => {
    const { code, text } = await check(deployment.balancer);
    expect(steps(text)).toEqual(['ok initialize', 'ok tools/list', 'ok resume', 'ok server/discover', 'ok delete']);
    expect(text).toContain('2025-11-25, cluster-fixture 1.0.0');
    expect(text).toMatch(/server\/discover.*2026-07-28/);
    expect(code).toBe(0);
  });

  test('resumes a call on another pod than the one that runs it [host.check.pods]', async () => {
    const [a, b] = deployment.pods;
    const call = ['--tool', 'slow', '--arguments', '{"steps":5,"ms":50}'];
    const { code, text } = await check(deployment.balancer, '--pods', addressesOf(deployment.pods), ...call);
    expect(text).toMatch(/ok +every pod .*all 3 know the session/);
    expect(text).toContain(`the standing stream of ${a.host} on ${b.host}`);
    expect(text).toContain(`slow on ${a.host} was cut; its result and 5 events before it came from ${b.host}`);
    expect(code).toBe(0);
  });

  test('says that one pod has no other', async () => {
    const { code, text } = await check(deployment.balancer, '--pods', deployment.pods[0].host);
    expect(text).toMatch(/skip +resume .*there is only one pod/);
    expect(code).toBe(0);
  });

  test('takes a tool that answers at once', async () => {
    const { code, text } = await check(deployment.balancer, '--tool', 'echo', '--arguments', '{"text":"x"}');
    expect(text).toMatch(/ok +tools\/call .*echo answered at once/);
    expect(code).toBe(0);
  });

  test('fails where the tool reports an error, and ends its session all the same', async () => {
    const { code, text } = await check(deployment.balancer, '--tool', 'no-such-tool');
    expect(steps(text)).toEqual(['ok initialize', 'ok tools/list', 'ok resume', 'FAIL tools/call', 'ok delete']);
    expect(text).toContain('no-such-tool');
    expect(code).toBe(1);
  });

  test('fails where a step takes too long', async () => {
    const call = ['--tool', 'slow', '--arguments', '{"steps":1,"ms":20000}'];
    const { code, text } = await check(deployment.balancer, ...call, '--timeout', '2000');
    expect(text).toMatch(/FAIL +tools\/call .*did not finish within 2000 ms.*--timeout/);
    expect(code).toBe(1);
  });

  test('says what is wrong with a path, and with a port', async () => {
    const path = await check(new URL('/elsewhere', deployment.balancer));
    expect(path.text).toMatch(/FAIL +initialize .*404.*ANYPOD_PATH/);
    const port = await check('http://127.0.0.1:1/mcp');
    expect(port.text).toMatch(/FAIL +initialize .*ECONNREFUSED.*ready/);
    expect([path.code, port.code]).toEqual([1, 3]);
  });

  test('refuses wrong arguments with exit code 2, and explains itself', async () => {
    expect(await check('not a url')).toMatchObject({ code: 2, text: expect.stringContaining('<url>') });
    expect(await check(deployment.balancer, '--help')).toMatchObject({
      code: 0,
      text: expect.stringContaining('--pods'),
    });
  });
});

describe('anypod check', () => {
  test('fails where the pods share nothing: the negative control [host.check.pods]', async () => {
    const { pods, stop } = await startPods({ module: FIXTURE, count: 2 });
    cleanUp.push(stop);
    const haproxy = await startHaproxy({ pods, balance: 'roundrobin' });
    cleanUp.push(() => haproxy.stop());
    const through = await check(haproxy.url);
    expect(through.text).toMatch(/FAIL .*40[04].*REDIS_URL, ANYPOD_SECRET and ANYPOD_PREFIX/);
    const [first] = pods;
    const addresses = pods.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const oneByOne = await check(first?.url ?? '', '--pods', addresses);
    expect(steps(oneByOne.text).slice(0, 3)).toEqual(['ok pods', 'ok initialize', 'ok tools/list']);
    expect(oneByOne.text).toMatch(/FAIL +every pod .*REDIS_URL/);
    expect([through.code, oneByOne.code]).toEqual([1, 1]);
  });

  test('asks pods in the name of the URL, where they serve configured names only', async () => {
    const redis = await startRedis();
    cleanUp.push(() => redis.stop());
    const env = { ANYPOD_ALLOWED_HOSTS: 'localhost' };
    const { pods, stop } = await startPods({ module: FIXTURE_V1, count: 2, redisUrl: redis.url, env });
    cleanUp.push(stop);
    const addresses = pods.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const [port] = pods.map((pod) => pod.port);
    const allowed = await check(`http://localhost:${port}/mcp`, '--pods', addresses);
    expect(allowed.text).toMatch(/ok +server\/discover .*2026-07-28/);
    expect(allowed.code).toBe(0);
    const refused = await check(`http://127.0.0.1:${port}/mcp`, '--pods', addresses);
    expect(refused.text).toMatch(/FAIL +initialize .*403.*ANYPOD_ALLOWED_HOSTS/);
  });

  test('tells an endpoint where nobody answers from one that answers badly', async () => {
    const silent = await listen(createServer(() => undefined));
    const [late, lost] = await Promise.all([
      check(silent, '--timeout', '500'),
      check(silent, '--pods', 'no-such-name.invalid:3000'),
    ]);
    expect(late.text).toMatch(/FAIL +initialize .*did not finish within 500 ms/);
    expect(lost.text).toMatch(/FAIL +pods .*has no addresses/);
    expect([late.code, lost.code]).toEqual([3, 3]);
  });

  test('fails where something between holds events back', async () => {
    const url = await listen(createServer((request, response) => void holdEventsBack(request, response)));
    const { code, text } = await check(url);
    expect(steps(text)).toEqual(['ok initialize', 'skip tools/list', 'FAIL resume', 'ok delete']);
    expect(text).toContain('buffers events');
    expect(code).toBe(1);
  });
});

/** As much of a server as the check needs to get to the streams, none of which has an event. */
async function holdEventsBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const serverInfo = { name: 'silent', version: '1' };
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo };
  const { method } = JSON.parse((await textOf(request)) || '{}') as { method?: string };
  response.setHeader('mcp-session-id', 'one');
  if (method === 'initialize') response.end(JSON.stringify({ jsonrpc: '2.0', id: 'initialize', result }));
  else if (method === 'ping') response.writeHead(404).end();
  else if (method !== undefined) response.writeHead(202).end();
  else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(async () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}
