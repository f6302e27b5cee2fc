/** The most bytes that an authorization server may answer. A key set with a hundred keys has about 60 KB. */
const MAX_BYTES = 512 * 1024;
const TIMEOUT_MS = 5000;

/** An authorization server did not give a usable answer. */
export class IssuerAnswerError extends Error {
  override readonly name = 'IssuerAnswerError';
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Fetches a JSON object. Rejects if the answer is no 200, no object, larger than 512 KB, or not complete within 5 s. It follows no redirect, because
 * only the configured server is trusted.
 */
export async function fetchJson(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json', ...init.headers };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { redirect: 'error', ...init, headers, signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new IssuerAnswerError(`${url} answered ${response.status}`);
  }
  const body: unknown = JSON.parse(await readText(response, url));
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new IssuerAnswerError(`${url} is no object`);
  return body as Record<string, unknown>;
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new IssuerAnswerError(`${url} answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
