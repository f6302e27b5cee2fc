import { readBeginning } from '../../core/session/session-name.ts';
import { UsageError } from '../../probe/argument-values.ts';
import { EXIT, inspect, oneSession } from '../inspect/inspect.ts';
import { INSPECT_HELP, readInspectArguments } from '../inspect/inspect-arguments.ts';
import { oneLine } from '../inspect/table.ts';

const HELP = `Usage: anypod tail <session> [flags]

Prints a line for each message that a session's streams have, and for each that comes, until the session ends: stream,
position, kind and size. It only reads: no client misses a message. Short calls have no stream.

  --once                    Only what is there now
  --contents                Also print the messages. They may contain what users keep secret
${INSPECT_HELP}; one object per line

Exit codes: 0 done; 1 there is no such session, or there are several; 2 wrong arguments; 3 Redis or pod does not answer,
or does not allow it.`;

/** `anypod tail`: resolves to the exit code. Throws `UsageError`. */
export async function runTailCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return EXIT.done;
  }
  const args = readInspectArguments('tail', argv, { once: { type: 'boolean' }, contents: { type: 'boolean' } });
  const beginning = args.positionals.length === 1 ? readBeginning(args.positionals[0]) : undefined;
  if (beginning === undefined) throw new UsageError('tail', ['<session>: pass at least 4 characters of one id']);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  return inspect(args, async (inspection) => {
    const id = await oneSession(inspection, beginning);
    if (id === undefined) return EXIT.notFound;
    const contents = args.flags['contents'] === true;
    const options = { once: args.flags['once'] === true, contents, signal: stopping.signal };
    for await (const { data, ...seen } of inspection.follow(id, options)) {
      const shown = contents ? { ...seen, data } : seen;
      process.stdout.write(`${args.json ? JSON.stringify(shown) : lineOf(shown)}\n`);
    }
    return EXIT.done;
  });
}

interface Line {
  readonly stream: string;
  readonly position: string;
  readonly what: string;
  readonly bytes: number;
  readonly data?: string;
}

/** A server chooses method and contents, so nothing of them may command the terminal. */
function lineOf({ stream, position, what, bytes, data = '' }: Line): string {
  const line = `${stream.padEnd(24)} ${position.padEnd(18)} ${`${bytes} B`.padStart(8)}  ${what} ${data}`;
  return oneLine(line).trimEnd();
}
