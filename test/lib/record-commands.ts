import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

/** Calls `record` with each command that any client sends to Redis while `act` runs. `source`: the client's address, or `lua` inside of a script. */
export async function recordCommands(
  url: string,
  record: (command: string[], source: string) => void,
  act: () => Promise<void>,
): Promise<void> {
  const redis = new Redis(url);
  const monitor = await startMonitor(url);
  const marker = randomBytes(8).toString('hex');
  const recorded = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, command: string[], source: string) => {
      if (command.includes(marker)) resolve();
      else record(command, source);
    });
  });
  try {
    await act();
    await redis.echo(marker);
    await recorded;
  } finally {
    monitor.disconnect();
    redis.disconnect();
  }
}

/**
 * A command of another client may arrive together with the answer to MONITOR, or to the ready check. ioredis then takes it for the answer of a command of
 * its own, and emits an error. What comes before `monitoring` is nobody's, so this goes on.
 */
async function startMonitor(url: string): Promise<Redis> {
  const monitor = new Redis(url, { monitor: true, enableReadyCheck: false });
  monitor.on('error', () => undefined);
  await new Promise((resolve) => monitor.once('monitoring', resolve));
  return monitor;
}
