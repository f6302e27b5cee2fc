import type { Command } from './commands/host-program.ts';

const ENDLESS = ['serve', 'dev', 'stdio', 'connect'];

/** Commands that end by themselves. Each explains itself with `--help`, and is loaded only if it is used: a pod needs none of them. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['call', async () => (await import('./commands/run-call.ts')).runCallCommand],
  [
    'completion',
    async () => {
      const { runCompletionCommand } = await import('./commands/run-completion.ts');
      return (argv) => runCompletionCommand(argv, commandNames());
    },
  ],
  ['doctor', async () => (await import('./commands/run-doctor.ts')).runDoctorCommand],
  ['init', async () => (await import('./commands/run-init.ts')).runInit],
  ['pods', async () => (await import('./commands/run-pods.ts')).runPodsCommand],
  ['sessions', async () => (await import('./commands/run-sessions.ts')).runSessionsCommand],
  ['tail', async () => (await import('./commands/run-tail.ts')).runTailCommand],
  ['tasks', async () => (await import('./commands/run-tasks.ts')).runTasks],
]);

/** The names of all commands. */
export function commandNames(): string[] {
  return [...ENDLESS, ...COMMANDS.keys()];
}
