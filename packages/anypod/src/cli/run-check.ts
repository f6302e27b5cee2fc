import { CHECK_HELP, readCheckArguments } from '../check/arguments.ts';
import { runCheck } from '../check/check.ts';

const EXIT = { passed: 0, failed: 1, nobody: 3 } as const;

/** `anypod check`: resolves to the exit code. Throws `UsageError`. */
export async function runCheckCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${CHECK_HELP}\n`);
    return 0;
  }
  return EXIT[await runCheck(readCheckArguments(argv), (line) => void process.stdout.write(line))];
}
