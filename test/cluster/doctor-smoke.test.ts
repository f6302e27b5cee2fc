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

/** Runs `anypod doctor --smoke`; what it printed, and its exit code. */
async function smoke(url: URL | string, ...flags: string[]): Promise<{ code: number | null; text: string }> {
  const child = startChild(process.execPath, [ANYPOD, 'doctor', `${url}`, '--smoke', ...flags]);
  const { code } = await child.exited;
  return { code, text: child.logs() };
}

const addressesOf = (pods: readonly URL[]) => pods.map(({ host }) => host).join(',');

/** The rows in order, as `ok answers`. */
function rows(text: string): string[] {
  return text.split('\n').flatMap((line) => /^(ok|skip|FAIL) +(\S+)/.exec(line)?.slice(1, 3).join(' ') ?? []);
}

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describe('anypod doctor --smoke of pods that share a Redis', () => {
  const deployment = useDeployment();

  test('goes through the balancer', async () => {
    const { code, text } = await smoke(deployment.balancer);
    expect(rows(text)).toEqual(['ok answers', 'ok tools', 'ok resume', 'ok revisions', 'ok delete']);
    expect(text).toContain('2025-11-25, cluster-fixture 1.0.0');
    expect(text).toMatch(/revisions.*2026-07-28/);
    expect(code).toBe(0);
  });

  test('resumes a call on another pod than the one that runs it [host.check.pods]', async () => {
    const [a, b] = deployment.pods;
    const call = ['--tool', 'slow', '--arguments', '{"steps":5,"ms":50}'];
    const { code, text } = await smoke(deployment.balancer, '--pods', addressesOf(deployment.pods), ...call);
    expect(text).toMatch(/ok +every-pod .*all 3 know the session/);
    expect(text).toContain(`the standing stream of ${a.host} on ${b.host}`);
    expect(text).toContain(`slow on ${a.host} was cut; its result and 5 events before it came from ${b.host}`);
    expect(code).toBe(0);
  });

  test('says that one pod has no other', async () => {
    const { code, text } = await smoke(deployment.balancer, '--pods', deployment.pods[0].host);
    expect(text).toMatch(/skip +resume .*there is only one pod/);
    expect(code).toBe(0);
  });

  test('takes a tool that answers at once', async () => {
    const { code, text } = await smoke(deployment.balancer, '--tool', 'echo', '--arguments', '{"text":"x"}');
    expect(text).toMatch(/ok +call .*echo answered at once/);
    expect(code).toBe(0);
  });

  test('fails where the tool reports an error, and ends its session all the same', async () => {
    const { code, text } = await smoke(deployment.balancer, '--tool', 'no-such-tool');
    expect(rows(text)).toEqual(['ok answers', 'ok tools', 'ok resume', 'FAIL call', 'ok delete']);
    expect(text).toContain('no-such-tool');
    expect(code).toBe(1);
  });

  test('fails where a step takes too long', async () => {
    const call = ['--tool', 'slow', '--arguments', '{"steps":1,"ms":20000}'];
    const { code, text } = await smoke(deployment.balancer, ...call, '--timeout', '2000');
    expect(text).toMatch(/FAIL +call .*did not finish within 2000 ms[\s\S]*--timeout/);
    expect(code).toBe(1);
  });

  test('says what is wrong with a path, and with a port', async () => {
    const path = await smoke(new URL('/elsewhere', deployment.balancer));
    expect(path.text).toMatch(/FAIL +answers .*404[\s\S]*ANYPOD_PATH/);
    const port = await smoke('http://127.0.0.1:1/mcp');
    expect(port.text).toMatch(/FAIL +answers .*ECONNREFUSED[\s\S]*ready/);
    expect([path.code, port.code]).toEqual([3, 3]);
  });

  test('refuses wrong arguments with exit code 2, and explains itself', async () => {
    expect(await smoke('not a url')).toMatchObject({ code: 2, text: expect.stringContaining('<url>') });
    expect(await smoke(deployment.balancer, '--help')).toMatchObject({
      code: 0,
      text: expect.stringContaining('--pods'),
    });
  });
});

describe('anypod doctor --smoke', () => {
  test('fails where the pods share nothing: the negative control [host.check.pods]', async () => {
    const { pods, stop } = await startPods({ module: FIXTURE, count: 2 });
    cleanUp.push(stop);
    const haproxy = await startHaproxy({ pods, balance: 'roundrobin' });
    cleanUp.push(() => haproxy.stop());
    const through = await smoke(haproxy.url);
    expect(through.text).toMatch(/FAIL .*40[04][\s\S]*REDIS_URL, ANYPOD_SECRET and ANYPOD_PREFIX/);
    const [first] = pods;
    const addresses = pods.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const oneByOne = await smoke(first?.url ?? '', '--pods', addresses);
    expect(rows(oneByOne.text).slice(0, 3)).toEqual(['ok pods', 'ok answers', 'ok tools']);
    expect(oneByOne.text).toMatch(/FAIL +every-pod [\s\S]*REDIS_URL/);
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
    const allowed = await smoke(`http://localhost:${port}/mcp`, '--pods', addresses);
    expect(allowed.text).toMatch(/ok +revisions .*2026-07-28/);
    expect(allowed.code).toBe(0);
    const refused = await smoke(`http://127.0.0.1:${port}/mcp`, '--pods', addresses);
    expect(refused.text).toMatch(/FAIL +answers .*403[\s\S]*ANYPOD_ALLOWED_HOSTS/);
  });

  test('tells an endpoint where nobody answers from one that answers badly', async () => {
    const silent = await listen(createServer(() => undefined));
    const [late, lost] = await Promise.all([
      smoke(silent, '--timeout', '500'),
      smoke(silent, '--pods', 'no-such-name.invalid:3000'),
    ]);
    expect(late.text).toMatch(/FAIL +answers .*did not finish within 500 ms/);
    expect(lost.text).toMatch(/FAIL +pods .*has no addresses/);
    expect([late.code, lost.code]).toEqual([3, 3]);
  });

  test('fails where something between holds events back', async () => {
    const url = await listen(createServer((request, response) => void holdEventsBack(request, response)));
    const { code, text } = await smoke(url);
    expect(rows(text)).toEqual(['ok answers', 'skip tools', 'FAIL resume', 'ok delete']);
    expect(text).toContain('buffers events');
    expect(code).toBe(1);
  });
});

/** As much of a server as the smoke test needs to get to the streams, none of which has an event. */
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
