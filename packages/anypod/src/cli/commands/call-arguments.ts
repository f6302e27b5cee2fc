import { parseArgs } from 'node:util';
import {
  HEADER_HELP,
  HEADER_OPTIONS,
  readEndpoint,
  readHeaders,
  readMilliseconds,
  readObject,
  UsageError,
} from '../../probe/argument-values.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** The text of `anypod call --help`. */
export const CALL_HELP: string = `Usage: anypod call <url|module> <tool> [flags]

Calls one tool, of an endpoint or of a module of yours, and prints its result. It answers no questions of the tool.

  --arguments <json>        The arguments of the tool, a JSON object; default {}
${HEADER_HELP}
  --timeout <ms>            How long the call may take after its last progress; default ${DEFAULT_TIMEOUT_MS}
  --json                    Print the whole result, or { "error": … }, as JSON

Exit codes: 0 the tool gave its result; 1 the tool or the server reported an error; 2 wrong arguments; 3 no answer.

Example: anypod call https://mcp.example.com/mcp lookup_customer --arguments '{"email":"customer@example.com"}' --json`;

const OPTIONS = {
  arguments: { type: 'string', default: '{}' },
  ...HEADER_OPTIONS,
  timeout: { type: 'string', default: `${DEFAULT_TIMEOUT_MS}` },
  json: { type: 'boolean', default: false },
} as const;

/** What `anypod call` was asked for: a tool of an endpoint, or of a module. */
export interface CallCommand {
  readonly where: { readonly url: URL } | { readonly module: string };
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Reads the arguments after `call`. Throws `UsageError`, with every problem at once. */
export function readCallArguments(argv: readonly string[]): CallCommand {
  const { values, positionals } = parse(argv);
  const [place = '', tool = ''] = positionals;
  const isUrl = /^https?:/.test(place);
  const url = readEndpoint(place);
  const { headers, problems: wrongHeaders } = readHeaders(values);
  const [args, timeoutMs] = [readObject(values.arguments), readMilliseconds(values.timeout)];
  const problems = [
    (positionals.length !== 2 || place === '' || tool === '') &&
      '<url|module> <tool>: pass the URL of an endpoint or the path of a module, and the name of a tool',
    isUrl && url === undefined && `${place}: is no URL`,
    !isUrl && Object.keys(headers).length > 0 && '--header, --token-file: a module gets no headers; pass a URL',
    ...wrongHeaders,
    args === undefined && '--arguments: must be a JSON object',
    timeoutMs === undefined && '--timeout: must be a whole number of milliseconds, 1 or more',
  ].filter((problem) => problem !== false);
  if (!(args && timeoutMs) || problems.length > 0) throw new UsageError('call', problems);
  const where = url === undefined ? { module: place } : { url };
  return { where, tool, arguments: args, headers, timeoutMs, json: values.json };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError('call', [(error as Error).message]);
  }
}
