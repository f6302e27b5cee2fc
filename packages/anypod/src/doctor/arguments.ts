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
} from '../probe/argument-values.ts';
import type { DoctorOptions } from './diagnose.ts';
import type { SmokeTestOptions } from './smoke/smoke-test.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_WATCH_MS = 20_000;
const DEFAULT_MOST_MS = 300_000;

/** The text of `anypod doctor --help`. */
export const DOCTOR_HELP: string = `Usage: anypod doctor <url> [flags]

Finds out what works at any MCP endpoint over Streamable HTTP: sessions across replicas, streams through proxies,
resume, questions, headers, authorization. It prints a row per question: verdict, evidence and remedy.
It only reads: it opens sessions and ends them. It calls a tool only if you name one.
With --smoke it tests a deployment of anypod, in seconds: after each rollout, in CI.

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

  --smoke                   Test what clients need of an anypod deployment, and stop at the first fault: a session, its
                            tools, a stream that is cut and resumed on another pod, 2026-07-28, DELETE. With --tool also a
                            call: if it becomes a stream, it is cut, and another pod must give the result.
  --pods <host:port,…>      For --smoke, the pods behind the URL: a name that resolves to all of them (a headless Service),
                            or a list of addresses. Each pod must know the session, and another pod must resume the
                            stream. Without it, every request goes through the URL.
  --challenge               For --smoke of a protected deployment, without a token: test only that every pod is ready,
                            refuses with 401, and says where clients get a token

Exit codes: 0 nothing failed; 1 a row failed; 2 wrong arguments; 3 no MCP server answered at the URL.

Examples: anypod doctor https://mcp.example.com/mcp --header "Authorization: Bearer $TOKEN" --json
          anypod doctor http://anypod/mcp --smoke --pods anypod-pods:3000 --tool lookup_customer --arguments '{"email":"customer@example.com"}'`;

const OPTIONS = {
  tool: { type: 'string' },
  arguments: { type: 'string', default: '{}' },
  ...HEADER_OPTIONS,
  'device-login': { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  watch: { type: 'string' },
  timeout: { type: 'string', default: `${DEFAULT_TIMEOUT_MS}` },
  most: { type: 'string' },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  smoke: { type: 'boolean', default: false },
  pods: { type: 'string' },
  challenge: { type: 'boolean', default: false },
} as const;

/** What the command was asked for. */
export interface DoctorCommand {
  readonly options: DoctorOptions;
  /** Absent: no smoke test, but everything else. */
  readonly smoke?: Pick<SmokeTestOptions, 'pods' | 'challenge'>;
  readonly json: boolean;
  readonly strict: boolean;
  /** Undefined: the command does not log in. */
  readonly login?: { readonly clientId: string | undefined };
}

/** Reads the arguments after `doctor`. Throws `UsageError`, with every problem at once. */
export function readDoctorArguments(argv: readonly string[]): DoctorCommand {
  const { values, positionals } = parse(argv);
  const { headers, problems: wrongHeaders } = readHeaders(values);
  const url = onlyEndpoint(positionals);
  const args = readObject(values.arguments);
  const timeoutMs = readMilliseconds(values.timeout);
  const watchMs = readMilliseconds(values.watch ?? `${DEFAULT_WATCH_MS}`);
  const mostMs = readMilliseconds(values.most ?? `${DEFAULT_MOST_MS}`);
  const pods = readAddresses(values.pods ?? '');
  const problems = [
    url === undefined && '<url>: pass exactly one http or https URL',
    ...wrongHeaders,
    args === undefined && '--arguments: must be a JSON object',
    timeoutMs === undefined && '--timeout: must be a whole number of milliseconds, 1 or more',
    watchMs === undefined && '--watch: must be a whole number of milliseconds, 1 or more',
    mostMs === undefined && '--most: must be a whole number of milliseconds, 1 or more',
    pods === undefined && '--pods: must be host:port, or several of them, separated by commas',
    ...contradictions(values, headers),
  ].filter((problem) => problem !== false);
  if (!(url && args && timeoutMs && watchMs && mostMs && pods) || problems.length > 0) {
    throw new UsageError('doctor', problems);
  }
  const call = values.tool === undefined ? {} : { call: { tool: values.tool, arguments: args } };
  const login = values['device-login'] ? { login: { clientId: values['client-id'] } } : {};
  const smoke = values.smoke ? { smoke: { pods, challenge: values.challenge } } : {};
  return {
    options: { url, headers, timeoutMs, watchMs, mostMs, ...call },
    json: values.json,
    strict: values.strict,
    ...smoke,
    ...login,
  };
}

/** The endpoint, if nothing else is named. */
const onlyEndpoint = ([first, ...others]: readonly string[]) => (others.length === 0 ? readEndpoint(first) : undefined);

type Flags = ReturnType<typeof parse>['values'];

/** Flags that do not go together. */
function contradictions(flags: Flags, headers: DoctorOptions['headers']): (string | false)[] {
  const { smoke, challenge, watch, most, tool, 'device-login': logsIn } = flags;
  const isBare = tool === undefined && Object.keys(headers).length === 0 && !logsIn;
  return [
    logsIn &&
      headers['authorization'] !== undefined &&
      '--device-login: there is a token already; leave --token-file and the header Authorization out',
    tool === undefined && flags.arguments !== '{}' && '--arguments: also name a tool with --tool',
    !smoke && flags.pods !== undefined && '--pods: only the smoke test asks pods; pass --smoke too',
    !smoke && challenge && '--challenge: is a part of the smoke test; pass --smoke too',
    smoke && watch !== undefined && '--watch: the smoke test watches nothing; leave it out',
    smoke && most !== undefined && '--most: the smoke test stops at the first fault; leave it out',
    challenge &&
      !isBare &&
      '--challenge: tests what happens without a token; leave out --tool, --header, --token-file and --device-login',
  ];
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError('doctor', [(error as Error).message]);
  }
}
