/**
 * Loaded into a pod before anything else. At SIGUSR2 it collects garbage and writes what is left to a file, so that a pod can be measured
 * from outside without the pod knowing.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

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
  const file = join(directory, `${process.pid}-${measured}.json`);
  writeFileSync(`${file}.part`, JSON.stringify({ heapBytes: heapUsed + external, handles }));
  renameSync(`${file}.part`, file);
}

process.on('SIGUSR2', () => void measure());
