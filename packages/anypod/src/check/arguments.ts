import { parseArgs } from 'node:util';
import {
  HEADER_HELP,
  HEADER_OPTIONS,
  readAddresses,
  readEndpoint,
  readHeaders,
  readMilliseconds,
  readObject,
  UsageError,
} from './argument-values.ts';
import type { CheckOptions } from './check.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

/** The text of `anypod check --help`. */
export const CHECK_HELP: string = `Usage: anypod check <url> [flags]

Tests a deployment as a client: initialize, tools/list, a stream that it cuts and resumes on another pod,
server/discover, DELETE. It prints one line per step, and stops at the first one that fails.

  --pods <host:port,…>      The pods behind the URL: a name that resolves to all of them (a headless Service), or a list
                            of addresses. Each pod must know the session, and another pod must resume the stream.
                            Without it, every request goes through the URL.
  --tool <name>             A tool to call. If the call becomes a stream, the check cuts it and gets the result from
                            another pod.
  --arguments <json>        The arguments of the tool, a JSON object; default {}
${HEADER_HELP}
  --challenge               For a protected deployment, without a token: test only that every pod is ready, refuses
                            with 401, and says where clients get a token
  --timeout <ms>            How long one step may take; default ${DEFAULT_TIMEOUT_MS}

Exit codes: 0 every step passed; 1 a step failed; 2 wrong arguments; 3 nobody answered: URL or pod.

Example: anypod check http://anypod/mcp --pods anypod-pods:3000 --tool lookup_customer --arguments '{"id":1}'`;

const OPTIONS = {
  pods: { type: 'string', default: '' },
  tool: { type: 'string' },
  arguments: { type: 'string', default: '{}' },
  ...HEADER_OPTIONS,
  challenge: { type: 'boolean', default: false },
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
    positionals.length === 1 ? readEndpoint(positionals[0]) : undefined,
    '<url>: pass exactly one http or https URL',
  );
  const pods = keep(readAddresses(values.pods), '--pods: must be host:port, or several of them, separated by commas');
  const args = keep(readObject(values.arguments), '--arguments: must be a JSON object');
  const timeoutMs = keep(
    readMilliseconds(values.timeout),
    '--timeout: must be a whole number of milliseconds, 1 or more',
  );
  const { headers, problems: wrongHeaders } = readHeaders(values);
  problems.push(...wrongHeaders);
  if (values.challenge && (values.tool !== undefined || Object.keys(headers).length > 0))
    problems.push('--challenge: tests what happens without a token; leave out --tool, --header and --token-file');
  if (values.tool === undefined && values.arguments !== '{}')
    problems.push('--arguments: also name a tool with --tool');
  if (url === undefined || pods === undefined || args === undefined || timeoutMs === undefined || problems.length > 0) {
    throw new UsageError('check', [...problems]);
  }
  return {
    url,
    pods,
    headers,
    challenge: values.challenge,
    timeoutMs,
    ...(values.tool === undefined ? {} : { call: { tool: values.tool, arguments: args } }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError('check', [(error as Error).message]);
  }
}
