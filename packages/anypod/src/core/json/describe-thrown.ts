const MOST_CHARACTERS = 500;
const UNREADABLE = 'an error that cannot be read';

/**
 * Describes in words what a server's code has thrown: an error's name and message, or the kind of value. Code can throw anything, even an object
 * whose getters throw, so this function never throws. At most 500 characters.
 */
export function describeThrown(thrown: unknown): string {
  return safeText(() => sentenceOf(thrown), MOST_CHARACTERS) ?? UNREADABLE;
}

/** The text that `read` returns, cut to `most` characters. Undefined: `read` throws, or returns no text. */
export function safeText(read: () => unknown, most: number): string | undefined {
  try {
    const text = read();
    if (typeof text !== 'string' || text === '') return undefined;
    return text.length > most ? `${text.slice(0, most)}…` : text;
  } catch {
    return undefined;
  }
}

function sentenceOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown === '' ? 'an empty string was thrown' : thrown;
  if (typeof thrown === 'symbol') return 'a symbol was thrown';
  if (typeof thrown === 'function') return 'a function was thrown';
  if (typeof thrown !== 'object' || thrown === null) return `${String(thrown)} was thrown`;
  const { name, message } = thrown as { name?: unknown; message?: unknown };
  if (typeof message !== 'string') return 'an object that is no error was thrown';
  return typeof name === 'string' && name !== '' ? `${name}: ${message}` : message;
}
