/**
 * Runs the official client of SDK v2, as it is and with `anypod/client`, in both eras, through a network that changes in the middle of calls. Writes the table
 * of docs/client.md. Exits with 1 if the surviving client loses a call that it should not lose.
 *
 *   node test/networks/run.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createSurvivingFetch } from 'anypod/client';
import { startHaproxy } from '../lib/haproxy.ts';
import { startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { type Network, startNetwork } from './network.ts';

const PAGE = fileURLToPath(new URL('../../docs/client.md', import.meta.url));
const SERVER = fileURLToPath(new URL('../cluster/fixture-surviving.ts', import.meta.url));
/** Times of silence are a fifth of those in production, so that a run takes minutes. */
const HEARTBEAT_MS = 3000;
const SILENCE_MS = 9000;
const NAT_MS = 6000;
const OFFLINE_MS = 30_000;
const CALL_MS = 8000;
const CHANGE_AT_MS = 2500;
const HANGS_MS = 55_000;

type Outcome = 'result' | 'error' | 'hangs';

const CHANGES: Readonly<Record<string, (network: Network) => Promise<void> | void>> = {
  'idle, NAT forgets after twice the time between comments': (network) => network.forgetAfter(NAT_MS),
  'idle, NAT forgets sooner than a comment comes': (network) => network.forgetAfter(HEARTBEAT_MS / 2),
  'address changes': (network) => network.change(),
  'network falls silent': (network) => network.silence(),
  'offline for 30 s': async (network) => {
    network.off();
    await delay(OFFLINE_MS);
    network.on();
  },
};

const CLIENTS = (['legacy', 'modern'] as const).flatMap((era) =>
  (['plain', 'surviving'] as const).map((kind) => ({ era, kind })),
);

async function connect(url: URL, { era, kind }: (typeof CLIENTS)[number]): Promise<Client> {
  const mode = era === 'legacy' ? 'legacy' : { pin: '2026-07-28' };
  const client = new Client({ name: 'mobile', version: '1' }, { versionNegotiation: { mode } });
  const fetch = createSurvivingFetch(url, { silenceMs: SILENCE_MS });
  await client.connect(new StreamableHTTPClientTransport(url, kind === 'surviving' ? { fetch } : {}));
  return client;
}

async function call(client: Client, name: string, ms: number): Promise<Outcome> {
  const settled = client.callTool({ name, arguments: { key: 'network', ms } }, { timeout: 2 * HANGS_MS }).then(
    () => 'result' as const,
    () => 'error' as const,
  );
  return Promise.race([settled, delay(HANGS_MS, 'hangs' as const, { ref: false })]);
}

/** What became of a call that must not run twice, of one that may, and of the next one. */
async function outcomesOf(client: Client): Promise<string> {
  const running = [call(client, 'once', CALL_MS), call(client, 'guarded', CALL_MS)];
  const outcomes = await Promise.all(running);
  outcomes.push(await call(client, 'once', 0));
  await client.close().catch(() => undefined);
  return outcomes.join(', ');
}

async function row(port: number, change: (network: Network) => Promise<void> | void): Promise<string[]> {
  const network = await startNetwork(port);
  const clients = await Promise.all(CLIENTS.map((kind) => connect(network.url, kind)));
  const outcomes = clients.map(outcomesOf);
  await delay(CHANGE_AT_MS);
  await change(network);
  const cells = await Promise.all(outcomes);
  network.stop();
  return cells;
}

const redis = await startRedis();
const env = { ANYPOD_HEARTBEAT: `${HEARTBEAT_MS}`, ANYPOD_TASK_TOOLS: '{"*":{"afterMs":2000}}' };
const pods = await startPods({ module: SERVER, count: 2, redisUrl: redis.url, env });
const haproxy = await startHaproxy({ pods: pods.pods, balance: 'roundrobin' });
const lines = [
  `| the network | ${CLIENTS.map(({ era, kind }) => `${era === 'legacy' ? 'session' : '2026-07-28'}, ${kind}`).join(' | ')} |`,
  `|${'---|'.repeat(CLIENTS.length + 1)}`,
];
let lost = 0;
for (const [name, change] of Object.entries(CHANGES)) {
  const cells = await row(haproxy.port, change);
  lines.push(`| ${name} | ${cells.join(' | ')} |`);
  console.log(lines.at(-1));
  const surviving = cells.filter((_, index) => CLIENTS[index]?.kind === 'surviving');
  if (surviving.some((cell) => cell !== 'result, result, result')) lost += 1;
}
await haproxy.stop();
await pods.stop();
await redis.stop();
const page = readFileSync(PAGE, 'utf8');
const table = `<!-- made by \`make networks\` -->\n\n${lines.join('\n')}\n\n<!-- end -->`;
writeFileSync(
  PAGE,
  page.replace(/<!-- made by `make networks` -->.*?<!-- end -->/s, () => table),
);
console.log(lost === 0 ? `networks: ${lines.length - 2} rows, nothing lost` : `networks: ${lost} rows with losses`);
process.exit(lost === 0 ? 0 : 1);
