import { parseArgs } from 'node:util';
import {
  HEADER_HELP,
  HEADER_OPTIONS,
  readEndpoint,
  readHeaders,
  readMilliseconds,
  readObject,
  UsageError,
} from '../check/argument-values.ts';
import type { DoctorOptions } from './diagnose.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_WATCH_MS = 20_000;
const DEFAULT_MOST_MS = 300_000;

/** The text of `anypod doctor --help`. */
export const DOCTOR_HELP: string = `Usage: anypod doctor <url> [flags]

Finds out what works at any MCP endpoint over Streamable HTTP: sessions across replicas, streams through proxies,
resume, questions, headers, authorization. It prints a row per question: verdict, evidence and remedy.
It only reads: it opens sessions and ends them. It calls a tool only if you name one.

  --tool <name>             A tool to call, twice. Choose one that takes seconds and reports progress.
  --arguments <json>        The arguments of the tool, a JSON object; default {}
${HEADER_HELP}
  --device-login            Log in on any device: the command shows a page and a code, and uses the token that it gets (RFC 8628)
  --client-id <id>          For that, the id under which the authorization server knows this client; default: it registers itself
  --watch <ms>              How long an idle stream is watched for heartbeats and timeouts; default ${DEFAULT_WATCH_MS}
  --timeout <ms>            How long one request may take; default ${DEFAULT_TIMEOUT_MS}
  --most <ms>               After this time nothing more is probed; default ${DEFAULT_MOST_MS}
  --json                    Print the rows as JSON
  --strict                  Warnings count as failures

Exit codes: 0 nothing failed; 1 a row failed; 2 wrong arguments; 3 no MCP server answered at the URL.

Example: anypod doctor https://mcp.example.com/mcp --header "Authorization: Bearer $TOKEN" --json`;

const OPTIONS = {
  tool: { type: 'string' },
  arguments: { type: 'string', default: '{}' },
  ...HEADER_OPTIONS,
  'device-login': { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  watch: { type: 'string', default: `${DEFAULT_WATCH_MS}` },
  timeout: { type: 'string', default: `${DEFAULT_TIMEOUT_MS}` },
  most: { type: 'string', default: `${DEFAULT_MOST_MS}` },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
} as const;

/** What the command was asked for. */
export interface DoctorCommand {
  readonly options: DoctorOptions;
  readonly json: boolean;
  readonly strict: boolean;
  /** Undefined: the command does not log in. */
  readonly login?: { readonly clientId: string | undefined };
}

/** Reads the arguments after `doctor`. Throws `UsageError`, with every problem at once. */
export function readDoctorArguments(argv: readonly string[]): DoctorCommand {
  const { values, positionals } = parse(argv);
  const url = positionals.length === 1 ? readEndpoint(positionals[0]) : undefined;
  const { headers, problems: wrongHeaders } = readHeaders(values);
  const args = readObject(values.arguments);
  const timeoutMs = readMilliseconds(values.timeout);
  const watchMs = readMilliseconds(values.watch);
  const mostMs = readMilliseconds(values.most);
  const problems = [
    url === undefined && '<url>: pass exactly one http or https URL',
    ...wrongHeaders,
    args === undefined && '--arguments: must be a JSON object',
    timeoutMs === undefined && '--timeout: must be a whole number of milliseconds, 1 or more',
    watchMs === undefined && '--watch: must be a whole number of milliseconds, 1 or more',
    mostMs === undefined && '--most: must be a whole number of milliseconds, 1 or more',
    values['device-login'] &&
      headers['authorization'] !== undefined &&
      '--device-login: there is a token already; leave --token-file and the header Authorization out',
    values.tool === undefined && values.arguments !== '{}' && '--arguments: also name a tool with --tool',
  ].filter((problem) => problem !== false);
  if (!(url && args && timeoutMs && watchMs && mostMs) || problems.length > 0) {
    throw new UsageError('doctor', problems);
  }
  const call = values.tool === undefined ? {} : { call: { tool: values.tool, arguments: args } };
  const login = values['device-login'] ? { login: { clientId: values['client-id'] } } : {};
  return {
    options: { url, headers, timeoutMs, watchMs, mostMs, ...call },
    json: values.json,
    strict: values.strict,
    ...login,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError('doctor', [(error as Error).message]);
  }
}
