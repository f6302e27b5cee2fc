/**
 * The load, as a process: `node main.ts <endpoint> <effects>`. It takes commands on its standard input and answers on its standard output, one
 * line of JSON each (`protocol.ts`), so that it may run wherever it reaches the pods, and whoever commands it elsewhere. It ends with its
 * input, or after `LONGEST_MS`.
 */
import { createInterface } from 'node:readline';
import { connectEffects } from '../../chaos/effects.ts';
import type { LostPod } from '../../chaos/judge.ts';
import { type ClusterLoad, startClusterLoad } from './cluster-load.ts';
import { judge } from './judge.ts';
import type { Answer, Command } from './protocol.ts';

const LONGEST_MS = 10 * 60_000;

const [endpoint = '', effectsUrl = ''] = process.argv.slice(2);
const effects = connectEffects(effectsUrl);
let losingSince = 0;
const lostPods: LostPod[] = [];

function say(answer: Answer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function obey(load: ClusterLoad, command: Command): Promise<void> {
  switch (command.command) {
    case 'pause':
      await load.pause();
      return say({ answer: 'paused' });
    case 'resume':
      load.resume();
      return say({ answer: 'resumed' });
    case 'losing':
      losingSince = performance.now();
      return say({ answer: 'losing' });
    case 'lost':
      lostPods.push({ run: command.run, from: losingSince, to: performance.now() });
      return say({ answer: 'lost' });
    case 'stop':
      return say({ answer: 'report', report: judge(await load.stop(), lostPods, command.allowed) });
  }
}

setTimeout(() => {
  say({ answer: 'failed', message: `nobody stopped the load within ${LONGEST_MS / 60_000} minutes` });
  process.exit(1);
}, LONGEST_MS).unref();

try {
  const load = await startClusterLoad(new URL(endpoint), effects);
  say({ answer: 'ready' });
  for await (const line of createInterface(process.stdin)) {
    const command = JSON.parse(line) as Command;
    await obey(load, command);
    if (command.command === 'stop') break;
  }
} catch (error) {
  say({ answer: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.exit();
