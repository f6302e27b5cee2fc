import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { createSurvivingFetch } from 'anypod/client';

const [url, file, era = 'auto', trip = '1'] = process.argv.slice(2);
if (url === undefined || file === undefined) {
  console.error('Usage: node client.ts <url> <file> [legacy|modern|auto] [<trip>]');
  process.exit(2);
}
const mode: VersionNegotiationMode = era === 'modern' ? { pin: '2026-07-28' } : era === 'legacy' ? 'legacy' : 'auto';

const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode } });
const fetch = createSurvivingFetch(url, { store: file, warn: (text) => console.error(text) });
const transport = new StreamableHTTPClientTransport(new URL(url), { fetch });
await client.connect(transport);

/** Stands for the model, which thinks before each call. */
const THINK_MS = 500;

for (const name of ['reserve', 'pay', 'send_ticket']) {
  await delay(THINK_MS);
  const result = await client.callTool({ name, arguments: { trip }, _meta: { 'anypod/step': name } });
  const [first] = result.content;
  console.log(first?.type === 'text' ? first.text : 'no text');
}

await transport.terminateSession();
await client.close();
await rm(file, { force: true });
