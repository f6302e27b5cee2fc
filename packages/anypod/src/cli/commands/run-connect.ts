import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCredentialFile } from '../../login/credential-file.ts';
import { createLogin, type Login } from '../../login/login.ts';
import { openBrowser } from '../../login/open-browser.ts';
import { HEADER_HELP, HEADER_OPTIONS, readHeaders } from '../../probe/argument-values.ts';
import { ConfigError } from '../../serve/settings/config.ts';
import { runBridge } from '../../stdio/run-bridge.ts';
import { holdStandardOutput } from '../process/standard-output.ts';

/** How long messages are sent again while the endpoint cannot be reached. */
const PATIENCE_MS = 60_000;
const DRAIN_MS = 30_000;
/** How long the user may take to log in. */
const LOGIN_MS = 600_000;
const LAST_PORT = 65_535;

/** The text of `anypod connect --help`. */
const CONNECT_HELP: string = `Usage: anypod connect <url> [flags]

A server of stdio for a local client, which passes every message on to an endpoint. If the endpoint needs a token, it opens
a page in the browser where the user logs in (BROWSER names another program), and keeps the tokens in a file that only the
user can read, in ~/.local/state/anypod. Delete the file to log out.

${HEADER_HELP}
  --client-id <id>          The id under which the authorization server knows this client; default: it registers itself
  --callback-port <port>    The port on this machine to which the browser comes back, if the authorization server insists
                            on http://127.0.0.1:<port>/callback; default: a free one
  --no-login                Do not log in: pass the 401 on

Example: anypod connect https://mcp.example.com/mcp`;

const OPTIONS = {
  ...HEADER_OPTIONS,
  'client-id': { type: 'string' },
  'callback-port': { type: 'string' },
  'no-login': { type: 'boolean', default: false },
} as const;

/** `anypod connect <url>`: a server of stdio for a local client, which passes every message on to a deployment. */
export async function runConnect(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(`${CONNECT_HELP}\n`);
    return;
  }
  const { url, headers, ...loginFlags } = readArguments(argv);
  const write = holdStandardOutput(process);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const tell = (text: string) => process.stderr.write(`anypod connect: ${text}\n`);
  const login =
    headers['authorization'] === undefined && loginFlags.wantsLogin
      ? loginTo(url, loginFlags, tell, stopping.signal)
      : undefined;
  await runBridge({
    url,
    headers,
    login,
    input: process.stdin,
    write: (message) => write(`${JSON.stringify(message)}\n`),
    warn: tell,
    patienceMs: PATIENCE_MS,
    drainMs: DRAIN_MS,
    signal: stopping.signal,
  });
  process.exit(0);
}

interface LoginFlags {
  readonly wantsLogin: boolean;
  readonly clientId: string | undefined;
  readonly port: number | undefined;
}

function loginTo(url: URL, flags: LoginFlags, tell: (text: string) => void, signal: AbortSignal): Login {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return createLogin({
    ...flags,
    url,
    store: createCredentialFile(join(state, 'anypod', 'tokens'), url),
    show(page) {
      tell(`log in on the page that opens, or open it yourself: ${page.href}`);
      openBrowser(page, process.env);
    },
    patienceMs: LOGIN_MS,
    signal,
  });
}

function readArguments(argv: readonly string[]): LoginFlags & { url: URL; headers: Readonly<Record<string, string>> } {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
  });
  const flags = Object.keys(OPTIONS);
  const problems = Object.keys(values)
    .filter((flag) => !flags.includes(flag))
    .map((flag) => `--${flag}: unknown flag; anypod connect knows ${flags.map((name) => `--${name}`).join(', ')}`);
  const [url] = positionals;
  if (positionals.length !== 1 || url === undefined || !/^https?:/.test(url) || !URL.canParse(url)) {
    problems.push('<url>: pass the URL of one endpoint, such as https://mcp.example.com/mcp');
  }
  const text = (value: string | boolean | undefined) => (value === undefined ? undefined : String(value));
  const [port, tokenFile] = [
    text(values['callback-port'] as string | undefined),
    text(values['token-file'] as string | undefined),
  ];
  if (port !== undefined && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= LAST_PORT))
    problems.push('--callback-port: must be the number of a port');
  const { headers, problems: wrongHeaders } = readHeaders({
    header: (values.header ?? []).map(String),
    'token-file': tokenFile,
  });
  problems.push(...wrongHeaders);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    url: new URL(url as string),
    headers,
    wantsLogin: values['no-login'] !== true,
    clientId: text(values['client-id'] as string | undefined),
    port: port === undefined ? undefined : Number(port),
  };
}
