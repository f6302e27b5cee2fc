/**
 * Loaded into a pod before anything else. At SIGUSR2 it collects garbage and writes what is left to a file, so that a pod can be measured
 * from outside without the pod knowing.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { McpServer } from '@modelcontextprotocol/server';

/** The modules that the pod runs, so the classes are the same. */
const load = (module: string) => import(new URL(`../../packages/anypod/dist/${module}.js`, import.meta.url).href);
const { LiveSession } = await load('pod/sessions/live-session');
const { Exchange } = await load('pod/streams/exchange');
const { OwnedStream } = await load('pod/streams/owned-stream');
const { StreamLog } = await load('pod/streams/stream-log');
const { SessionTransport } = await load('mcp/legacy/session-transport');
const { RunningCall } = await load('mcp/sdk/running-calls');
const { MeteredReply } = await load('http/limits/metered-reply');

/** The prototype of everything that a session or a call is made of, so that one query, which walks the whole heap, counts all. */
class PartOfSession {}
for (const made of [LiveSession, Exchange, OwnedStream, StreamLog, RunningCall, MeteredReply, McpServer]) {
  Object.setPrototypeOf(made.prototype, PartOfSession.prototype);
}
Object.setPrototypeOf(Object.getPrototypeOf(SessionTransport.prototype), PartOfSession.prototype);

const directory = process.env['LEAK_DIRECTORY'] ?? '.';
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let measured = 0;

function countByType(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

async function measure(): Promise<void> {
  measured += 1;
  // Finalizers run between turns and may free more.
  for (let round = 0; round < 4; round += 1) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  const handles = countByType(process.getActiveResourcesInfo());
  // The prototypes themselves count too.
  const objects = { 'objects of sessions': queryObjects(PartOfSession, { format: 'count' }) };
  const file = join(directory, `${process.pid}-${measured}.json`);
  writeFileSync(`${file}.part`, JSON.stringify({ heapBytes: heapUsed + external, counts: { ...handles, ...objects } }));
  renameSync(`${file}.part`, file);
}

process.on('SIGUSR2', () => void measure());
