import { readFileSync } from 'node:fs';

/** Wrong arguments of a command. The message lists each problem with its remedy. */
export class UsageError extends Error {
  constructor(command: string, problems: readonly string[]) {
    const all = [...problems, `anypod ${command} --help explains the arguments`];
    super([`anypod ${command} cannot start:`, ...all.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'UsageError';
  }
}

/** The URL of an endpoint. Undefined: it is not an http or https URL. */
export function readEndpoint(text = ''): URL | undefined {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/** Names or addresses with their ports, separated by commas. Undefined: it is something else. */
export function readAddresses(text: string): URL[] | undefined {
  const parts = text.split(',').filter((part) => part !== '');
  const wellFormed = parts.every((part) => /^[^/?#@\s]+:\d+$/.test(part) && URL.canParse(`http://${part}`));
  return wellFormed ? parts.map((part) => new URL(`http://${part}`)) : undefined;
}

/** A JSON object. Undefined: it is something else. */
export function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number of milliseconds, 1 or more. Undefined: it is something else. */
export function readMilliseconds(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** The flags with which a command takes headers of its requests. */
export const HEADER_OPTIONS = {
  header: { type: 'string', multiple: true, default: [] as string[] },
  'token-file': { type: 'string' },
} as const;

/** What `--help` says of them. */
export const HEADER_HELP = `  --header <name: value>    A header of every request, such as credentials; may be repeated
  --token-file <path>       A file with an access token, sent as a bearer token; unlike a header it is in no list of processes`;

/** The headers that `HEADER_OPTIONS` give, by their names in lower case, and what is wrong with them. */
export function readHeaders(values: {
  readonly header: readonly string[];
  readonly 'token-file'?: string | undefined;
}): {
  readonly headers: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const headers: Record<string, string> = {};
  for (const line of values.header) {
    const [, name, value] = /^([\w-]+): ?(\S.*)$/.exec(line) ?? [];
    // The line may be a secret with a slip of the hand, so it is not repeated.
    if (name === undefined || value === undefined) problems.push('--header: must be "Name: value"');
    else headers[name.toLowerCase()] = value.trim();
  }
  const file = values['token-file'];
  if (file === undefined) return { headers, problems };
  if (headers['authorization'] !== undefined) problems.push('--token-file: --header sets Authorization too; keep one');
  const token = readToken(file);
  if ('problem' in token) problems.push(`--token-file: ${token.problem}`);
  else headers['authorization'] = `Bearer ${token.text}`;
  return { headers, problems };
}

/** RFC 6750 §2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;

function readToken(file: string): { readonly text: string } | { readonly problem: string } {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return TOKEN.test(text) ? { text } : { problem: `${file} must hold one access token and nothing else` };
  } catch (error) {
    return { problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
