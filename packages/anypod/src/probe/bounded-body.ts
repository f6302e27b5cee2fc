import { IS_ENDPOINT, ProbeFailure } from './failure.ts';

/** No answer of a server that works is larger. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A body that may end a probe, but not its process: a text, or an event of a stream, is never larger than 16 MiB. */
export async function readText(label: string, chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    requireBounded(label, text.length);
  }
  return text;
}

/** @throws ProbeFailure if something of an answer is too large. */
export function requireBounded(label: string, length: number): void {
  if (length <= MOST_BYTES) return;
  throw new ProbeFailure(`${label} answered with more than 16 MiB.`, IS_ENDPOINT);
}
