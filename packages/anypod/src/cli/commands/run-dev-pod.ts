import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Channel, channelTo } from '../../dev/channel.ts';
import type { PodMessage, Start, SupervisorMessage } from '../../dev/pod-messages.ts';
import { createSharedStore } from '../../dev/shared-store.ts';
import type { HostProgram } from './host-program.ts';
import { runServe } from './run-serve.ts';

/** A pod of `anypod dev`, in a process that it forked: `anypod serve` with the supervisor's store, at a port that only the supervisor knows. */
export async function runDevPod(argv: readonly string[], around: HostProgram): Promise<void> {
  const channel = channelTo(process);
  // First, so that nothing of this process can keep it alive: without its supervisor nobody reaches it.
  process.prependOnceListener('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  reportFiles(channel);
  await runServe(argv, around, {
    within: { listenAt: { port: 0, host: '127.0.0.1' }, store: createSharedStore(channel) },
    announce({ url, probe }) {
      const start: Start = { port: Number(new URL(url).port), tools: probe.tools, modern: probe.modern };
      channel.send({ do: 'start', start } satisfies PodMessage);
    },
    onLeave: (leave) => channel.onMessage((message) => (message as SupervisorMessage).do === 'leave' && leave()),
  });
}

/** Tells the supervisor which files the server consists of, as soon as Node has found them: also those that cannot be loaded. */
function reportFiles(channel: Channel): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url.startsWith('file:') && !found.url.includes('/node_modules/')) {
        channel.send({ do: 'files', files: [fileURLToPath(found.url)] } satisfies PodMessage);
      }
      return found;
    },
  });
}
