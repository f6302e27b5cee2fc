import { recordCommands } from '../lib/record-commands.ts';

/** The commands that clients sent to Redis while `act` ran. `act` can read them as they come. Commands inside scripts are not among them. */
export async function commandsDuring(
  url: string,
  act: (soFar: readonly string[][]) => Promise<void>,
): Promise<readonly string[][]> {
  const commands: string[][] = [];
  await recordCommands(
    url,
    (command, source) => {
      if (source !== 'lua') commands.push(command);
    },
    () => act(commands),
  );
  return commands;
}

/**
 * An upper bound for what three pods have sent by timer since `from` (a `performance.now()`): leases, blocking reads and checks for lost pods, ten
 * commands a second in total. If pods sent a command for every request, the count would be above it.
 */
export function ownCommandsSince(from: number): number {
  return 50 + (20 * (performance.now() - from)) / 1000;
}

/** The commands that name a session. */
export function commandsFor(session: string, commands: readonly string[][]): readonly string[][] {
  return commands.filter((command) => command.some((word) => word.includes(session)));
}
