import { parseArgs } from 'node:util';
import type { CheckOptions } from './check.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

/** Wrong arguments; each problem with its remedy. */
export class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(['Cannot check:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'UsageError';
  }
}

/** The text of `anypod check --help`. */
export const CHECK_HELP: string = `Usage: anypod check <url> [flags]

Tries what clients need of a deployment: initialize, tools/list, a stream that is cut and resumed on another pod,
server/discover, DELETE. One line per step; exit code 0: all is well, 1: a step failed, 2: wrong arguments.

  --pods <host:port,…>      The pods behind the URL, by a name that resolves to all of them (a headless Service) or
                            one by one: each must know the session, and the stream is resumed on another one.
                            Without it everything goes through the URL.
  --tool <name>             A tool to call. If the call becomes a stream, it is cut and its result taken from another pod.
  --arguments <json>        The tool's arguments, an object; default {}
  --timeout <ms>            How long one step may take; default ${DEFAULT_TIMEOUT_MS}

Example: anypod check http://anypod/mcp --pods anypod-pods:3000 --tool lookup_customer --arguments '{"id":1}'`;

const OPTIONS = {
  pods: { type: 'string', default: '' },
  tool: { type: 'string' },
  arguments: { type: 'string', default: '{}' },
  timeout: { type: 'string', default: `${DEFAULT_TIMEOUT_MS}` },
} as const;

/** Reads the arguments after `check`. Throws `UsageError`, with every problem at once. */
export function readCheckArguments(argv: readonly string[]): CheckOptions {
  const { values, positionals } = parse(argv);
  const problems: string[] = [];
  const keep = <T>(value: T | undefined, problem: string): T | undefined => {
    if (value === undefined) problems.push(problem);
    return value;
  };
  const url = keep(
    positionals.length === 1 ? endpoint(positionals[0]) : undefined,
    '<url>: give one http or https URL',
  );
  const pods = keep(addresses(values.pods), '--pods: must be host:port, or several, comma-separated');
  const args = keep(object(values.arguments), '--arguments: must be a JSON object');
  const timeoutMs = keep(milliseconds(values.timeout), '--timeout: must be a whole number of milliseconds, 1 or more');
  if (values.tool === undefined && values.arguments !== '{}')
    problems.push('--arguments: name the --tool they are for');
  if (url === undefined || pods === undefined || args === undefined || timeoutMs === undefined || problems.length > 0) {
    throw new UsageError([...problems, 'anypod check --help explains them']);
  }
  return {
    url,
    pods,
    timeoutMs,
    ...(values.tool === undefined ? {} : { call: { tool: values.tool, arguments: args } }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError([(error as Error).message, 'anypod check --help explains them']);
  }
}

function endpoint(text = ''): URL | undefined {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function addresses(text: string): URL[] | undefined {
  const parts = text.split(',').filter((part) => part !== '');
  const wellFormed = parts.every((part) => /^[^/?#@\s]+:\d+$/.test(part) && URL.canParse(`http://${part}`));
  return wellFormed ? parts.map((part) => new URL(`http://${part}`)) : undefined;
}

function object(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function milliseconds(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
