import { UsageError } from '../../probe/argument-values.ts';
import { EXIT, inspect } from '../inspect/inspect.ts';
import { INSPECT_HELP, readInspectArguments } from '../inspect/inspect-arguments.ts';
import { durationText, tableText } from '../inspect/table.ts';

const HELP = `Usage: anypod pods [flags]

Lists the pods that share a Redis, also those that were lost within the last hour; or one pod without Redis. It only
reads.

${INSPECT_HELP}

Exit codes: 0 done; 2 wrong arguments; 3 Redis or pod does not answer, or does not
allow it.`;

/** `anypod pods`: resolves to the exit code. Throws `UsageError`. */
export async function runPodsCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return EXIT.done;
  }
  const args = readInspectArguments('pods', argv);
  if (args.positionals.length > 0) throw new UsageError('pods', [`${args.positionals[0]}: takes no such argument`]);
  return inspect(args, async (inspection) => {
    const pods = await inspection.pods();
    const rows = pods.map(({ pod, leaseMs, versions, inbox, calls }) => {
      const state = leaseMs > 0 ? 'alive' : 'lost';
      return [pod, state, durationText(leaseMs), versions.join(' '), String(inbox), String(calls)];
    });
    const text = tableText(['POD', 'STATE', 'LEASE', 'KEYS', 'INBOX', 'CALLS'], rows);
    process.stdout.write(`${args.json ? JSON.stringify(pods, undefined, 2) : text}\n`);
    return EXIT.done;
  });
}
