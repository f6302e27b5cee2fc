/**
 * Compiles and runs the blocks of docs/migration.md that need frameworks of others, whose packages have a lock file of their own here.
 *
 *   node test/migration/run.ts
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { freePort } from '../lib/free-port.ts';
import { block, compile } from './blocks.ts';

const FOLDER = fileURLToPath(new URL('node_modules/.blocks', import.meta.url));
const url = new URL('http://127.0.0.1/mcp');
url.port = `${await freePort()}`;
const names = ['before-mcp-handler', 'before-fastmcp'];
compile(FOLDER, Object.fromEntries(names.map((name) => [name, block(name, { '3000': Number(url.port) })])));

async function echo(send: typeof fetch): Promise<void> {
  const client = new Client({ name: 'migration', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: send }));
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  await client.close();
  if (!JSON.stringify(content).includes('hello')) throw new Error(JSON.stringify(content));
}

type Routes = Readonly<Record<string, (request: Request) => Promise<Response>>>;
const routes = (await import(pathToFileURL(join(FOLDER, 'before-mcp-handler.js')).href)) as Routes;
await echo(async (input, init) => {
  const route = routes[init?.method ?? 'GET'];
  return route === undefined ? new Response(null, { status: 405 }) : route(new Request(input, init));
});
console.log('migration: before-mcp-handler runs');

const child = spawn(process.execPath, [join(FOLDER, 'before-fastmcp.js')], { stdio: 'ignore' });
try {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(url).then(Boolean, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await echo(fetch);
  console.log('migration: before-fastmcp runs');
} finally {
  child.kill('SIGKILL');
}
