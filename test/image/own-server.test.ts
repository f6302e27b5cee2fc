import { afterEach, describe, expect, test } from 'vitest';
import { messagesOf, openSession, textOf } from '../cluster/wire.ts';
import { buildImage, serverOf } from './build-image.ts';
import { type AnypodContainer, runToEnd, startAnypod } from './containers.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function build(files: Readonly<Record<string, string | URL>>): Promise<string> {
  const image = await buildImage(files);
  cleanUp.push(() => image.remove());
  return image.name;
}

async function start(files: Readonly<Record<string, string | URL>>): Promise<AnypodContainer> {
  const container = await startAnypod({ image: await build(files) });
  cleanUp.push(() => container.remove());
  return container;
}

async function answerTo(container: AnypodContainer, tool: string, args: object): Promise<string> {
  const session = await openSession(container.url);
  const [answer] = await messagesOf(await session.call(container.url, 1, tool, args));
  return textOf(answer);
}

const GREETER = `
  import { McpServer } from '@modelcontextprotocol/server';
  import { greeting } from 'greeting';
  import { z } from 'zod';
  const input = z.object({ name: z.string() });
  export default () => {
    const server = new McpServer({ name: 'greeter', version: '1.0.0' });
    server.registerTool('greet', { inputSchema: input }, ({ name }) => ({ content: [{ type: 'text', text: greeting(name) }] }));
    return server;
  };
`;

const HOARDER = `
  import { McpServer } from '@modelcontextprotocol/server';
  const kept: unknown[] = [];
  setInterval(() => {
    for (let count = 0; count < 20_000; count += 1) kept.push({ count, text: \`number \${count}\` });
  });
  export default () => new McpServer({ name: 'hoarder', version: '1.0.0' });
`;

describe('FROM anypod', () => {
  test('a module finds the SDK and zod of the image, and its own packages beside it [image.own-server]', async () => {
    const container = await start({
      'server.ts': GREETER,
      'node_modules/greeting/package.json': '{ "name": "greeting", "type": "module", "exports": "./index.js" }',
      'node_modules/greeting/index.js': `export const greeting = (name) => \`Good morning, \${name}\`;`,
    });
    expect(await answerTo(container, 'greet', { name: 'Ada' })).toBe('Good morning, Ada');
  });

  test('a module of SDK v1 is served too [image.own-server]', async () => {
    const container = await start(serverOf('fixture-v1.ts'));
    expect(await answerTo(container, 'echo', { text: 'from v1' })).toBe('from v1');
  });

  test('a server that fills its heap is ended by Node, which says so, before the kernel does it [image.heap]', async () => {
    const image = await build({ 'server.ts': HOARDER });
    const { outOfMemory, output } = await runToEnd({ image, memoryMiB: 256 });
    expect(outOfMemory).toBe(false);
    expect(output).toContain('JavaScript heap out of memory');
  });
});
