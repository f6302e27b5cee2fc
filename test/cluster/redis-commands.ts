import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { eventually } from './settle.ts';

/** The commands that Redis was sent while `act` ran, which can see them as they come; what a script calls is not sent. */
export async function commandsDuring(
  url: string,
  act: (soFar: readonly string[][]) => Promise<void>,
): Promise<readonly string[][]> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  const commands: string[][] = [];
  monitor.on('monitor', (_time: string, command: string[], source: string) => {
    if (source !== 'lua') commands.push(command);
  });
  try {
    await act(commands);
    const marker = randomBytes(8).toString('hex');
    await redis.echo(marker);
    await eventually(() => expect(commands.some((command) => command.includes(marker))).toBe(true));
    return commands;
  } finally {
    monitor.disconnect();
    redis.disconnect();
  }
}

/**
 * More than what three pods have sent by themselves since `from`, as `performance.now()`: leases, blocking reads and looks for lost pods come by timers, ten
 * commands a second. A command for every request is more again.
 */
export function ownCommandsSince(from: number): number {
  return 50 + (20 * (performance.now() - from)) / 1000;
}

/** Those that name a session. */
export function commandsFor(session: string, commands: readonly string[][]): readonly string[][] {
  return commands.filter((command) => command.some((word) => word.includes(session)));
}
