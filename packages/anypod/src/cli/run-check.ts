import { UsageError } from '../check/argument-values.ts';
import { CHECK_HELP, readCheckArguments } from '../check/arguments.ts';
import { runCheck } from '../check/check.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** `anypod check`: resolves to the exit code. */
export async function runCheckCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${CHECK_HELP}\n`);
    return 0;
  }
  try {
    const well = await runCheck(readCheckArguments(argv), (line) => void process.stdout.write(line));
    return well ? 0 : EXIT_FAILED;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_USAGE;
  }
}
