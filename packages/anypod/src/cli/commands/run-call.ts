import { type CallOutcome, callTool } from '../../call/call-tool.ts';
import { forTerminal, resultText } from '../../call/result-text.ts';
import { startLocalPod } from '../../serve/local-pod.ts';
import { readConfig } from '../../serve/settings/config.ts';
import { createLog, formatFor } from '../log/create-log.ts';
import { holdStandardOutput } from '../process/standard-output.ts';
import { CALL_HELP, type CallCommand, readCallArguments } from './call-arguments.ts';

const EXIT = { result: 0, failed: 1, lost: 3 } as const;

/** `anypod call`: resolves to the exit code. Throws `UsageError` and `ConfigError`. */
export async function runCallCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${CALL_HELP}\n`);
    return 0;
  }
  const command = readCallArguments(argv);
  // Only the result may go to stdout, whatever a module prints.
  const write = holdStandardOutput(process);
  const outcome = await call(command);
  print(outcome, command.json, write);
  // A timer of the module may hold the process, so the caller ends it, and nothing may be lost.
  await new Promise<void>((resolve) => write('', resolve));
  if (outcome.kind === 'lost') return EXIT.lost;
  return outcome.kind === 'result' && outcome.result.isError !== true ? EXIT.result : EXIT.failed;
}

async function call({ where, ...options }: CallCommand): Promise<CallOutcome> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const onProgress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`${forTerminal(text)}\n`);
  };
  const all = { ...options, signal: stopping.signal, onProgress };
  if ('url' in where) return callTool({ ...all, url: where.url });
  const config = readConfig([where.module], process.env);
  const log = createLog(config.logLevel, formatFor(config.logFormat, process.stderr), process.stderr);
  const anypod = await startLocalPod(config, log);
  try {
    const url = new URL(`http://localhost${config.path}`);
    return await callTool({ ...all, url, fetch: (input, init) => anypod.fetch(new Request(input, init)) });
  } finally {
    await anypod.close();
  }
}

/** Results go to stdout. What went wrong goes to stderr, or with `json` to stdout too. */
function print(outcome: CallOutcome, json: boolean, write: (text: string) => void): void {
  if (json) {
    const { kind, ...error } = outcome;
    write(`${JSON.stringify(kind === 'result' ? outcome.result : { error }, undefined, 2)}\n`);
    return;
  }
  const failed = (text: string) => process.stderr.write(`anypod call: ${forTerminal(text)}\n`);
  if (outcome.kind === 'lost') failed(`no answer: ${outcome.message}`);
  else if (outcome.kind === 'refused') failed(`error ${outcome.code}: ${outcome.message}`);
  else if (outcome.result.isError === true) failed(`the tool failed: ${resultText(outcome.result)}`);
  else {
    const text = resultText(outcome.result);
    write(`${process.stdout.isTTY ? forTerminal(text) : text}\n`);
  }
}
