/** Takes the arguments after its name, and resolves to the exit code. Throws `UsageError` and `ConfigError`. */
export type Command = (argv: readonly string[]) => Promise<number>;

const ENDLESS = ['serve', 'dev', 'stdio', 'connect'];

/** The command by which `anypod dev` starts its pods. Nobody else runs it. */
export const DEV_POD = 'dev-pod';

/** Commands that end by themselves. Each explains itself with `--help`, and is loaded only if it is used: a pod needs none of them. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['call', async () => (await import('./run-call.ts')).runCallCommand],
  [
    'completion',
    async () => {
      const { runCompletionCommand } = await import('./run-completion.ts');
      return (argv) => runCompletionCommand(argv, commandNames());
    },
  ],
  ['doctor', async () => (await import('./run-doctor.ts')).runDoctorCommand],
  ['init', async () => (await import('./run-init.ts')).runInit],
  ['pods', async () => (await import('./run-pods.ts')).runPodsCommand],
  ['sessions', async () => (await import('./run-sessions.ts')).runSessionsCommand],
  ['tail', async () => (await import('./run-tail.ts')).runTailCommand],
  ['tasks', async () => (await import('./run-tasks.ts')).runTasks],
]);

/** The names of all commands. */
export function commandNames(): string[] {
  return [...ENDLESS, ...COMMANDS.keys()];
}
