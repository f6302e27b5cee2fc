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

/** Headers of the form `Name: value`, by their names in lower case. Undefined: one has another form. */
export function readHeaders(lines: readonly string[]): Record<string, string> | undefined {
  const pairs = lines.map((line) => /^([\w-]+): ?(\S.*)$/.exec(line));
  if (pairs.includes(null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1]?.toLowerCase(), pair?.[2]?.trim()]));
}
