import { parseArgs } from 'node:util';
import { ConfigError } from '../serve/config.ts';
import { runBridge } from '../stdio/run-bridge.ts';
import { holdStandardOutput } from './standard-output.ts';

/** How long messages are sent again while the endpoint cannot be reached. */
const PATIENCE_MS = 60_000;
const DRAIN_MS = 30_000;

/** `anypod connect <url>`: a server of stdio for a local client, which passes every message on to a deployment. */
export async function runConnect(argv: readonly string[]): Promise<void> {
  const { url, headers } = readArguments(argv);
  const write = holdStandardOutput(process);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  await runBridge({
    url,
    headers,
    input: process.stdin,
    write: (message) => write(`${JSON.stringify(message)}\n`),
    warn: (text) => process.stderr.write(`anypod connect: ${text}\n`),
    patienceMs: PATIENCE_MS,
    drainMs: DRAIN_MS,
    signal: stopping.signal,
  });
  process.exit(0);
}

function readArguments(argv: readonly string[]): { url: URL; headers: Record<string, string> } {
  const options = { header: { type: 'string', multiple: true } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false });
  const problems = Object.keys(values)
    .filter((flag) => flag !== 'header')
    .map((flag) => `--${flag}: unknown flag; anypod connect knows --header`);
  const [url] = positionals;
  if (positionals.length !== 1 || url === undefined || !/^https?:/.test(url) || !URL.canParse(url)) {
    problems.push('<url>: pass the URL of one endpoint, such as https://mcp.example.com/mcp');
  }
  const lines = (values.header ?? []).map(String);
  for (const line of lines) if (!/^[\w-]+: ?\S/.test(line)) problems.push(`--header ${line}: must be "Name: value"`);
  if (problems.length > 0) throw new ConfigError(problems);
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  return { url: new URL(url as string), headers: Object.fromEntries(pairs) as Record<string, string> };
}
