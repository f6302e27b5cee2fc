import type { IncomingMessage } from 'node:http';
import { RPC } from '../core/rpc-error.ts';
import { Refusal } from './refusal.ts';

/** 413. The rest of the body is still read, and thrown away: a connection closed under a client that sends loses the answer. */
export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, RPC.refused, `The body is larger than ${maxBytes} bytes. Send less at once.`);
}

/** 400 with -32700 where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, RPC.parse, 'Parse error: the body is not valid JSON.');
  }
}

/** Reads a request's body up to `maxBytes`, as JSON. Rejects with `Refusal` 413, 400 where it is not JSON, or when the client goes. */
export function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume();
    return Promise.reject(tooLarge(maxBytes));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    // Not `once`, which costs more, and a request has one end anyway.
    request.on('end', () => {
      try {
        resolve(parseJson((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? ''));
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete)
        reject(new Refusal(400, RPC.refused, 'The client closed the connection before the body was complete.'));
    });
  });
}
