import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pod, startPod } from '../lib/pods.ts';

const module = fileURLToPath(new URL('slow-factory.ts', import.meta.url));
let pod: Pod;
beforeAll(async () => {
  pod = await startPod({ module });
});
afterAll(() => pod.stop());

it('serves a factory that makes its schemas inside, and says once what that costs [host.schemas.slow-factory]', async () => {
  for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(pod.url)));
    expect((await client.listTools()).tools).toHaveLength(60);
    const result = await client.callTool({ name: 'tool7', arguments: { field1: 'x' } });
    expect(result.content).toEqual([{ type: 'text', text: 'tool 7' }]);
    await client.close();
  }
  const advice = pod.logs().match(/takes \d+\.\d ms of CPU each time, because the factory creates its schemas/g);
  expect(advice).toHaveLength(1);
});
