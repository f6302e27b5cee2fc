import type { IncomingMessage } from 'node:http';
import { isDeepText, isDeepValue, mayBeDeep } from '../../core/json/nesting.ts';
import { RPC } from '../../core/json/rpc-error.ts';
import { Limited } from '../../core/limited.ts';
import { Refusal, tooLarge } from '../reply/refusal.ts';
import { decoderFor } from './content-coding.ts';
import { idOf } from './messages.ts';

export interface BodyLimits {
  /** The limit for the body as it is sent, and for the decoded body. */
  readonly maxBodyBytes: number;
  /** How deep objects and arrays may be nested. */
  readonly maxDepth: number;
}

/**
 * A text of at most this many characters is parsed before its depth is checked. That costs less, takes 20 ms at worst,
 * and finds the id for the error.
 */
const SOON_PARSED = 64 * 1024;

const BYTE_ORDER_MARK = 0xfeff;

function tooDeep(body: unknown, most: number): Limited {
  const message = `The body is nested deeper than ${most} levels. Send flatter arguments.`;
  return new Limited(400, 'body_too_deep', message, { code: RPC.invalidRequest, id: idOf(body) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, RPC.parse, 'Parse error: the body is not valid JSON.');
  }
}

/** Parses a JSON text; skips a byte order mark. Throws `Refusal` 400 -32700 if it is not JSON, and `Limited` 400 -32600 if it is nested too deep. */
function parseJson(given: string, { maxDepth }: BodyLimits): unknown {
  const text = given.charCodeAt(0) === BYTE_ORDER_MARK ? given.slice(1) : given;
  if (!mayBeDeep(text, maxDepth)) return parse(text);
  if (text.length <= SOON_PARSED) return requireFlat(parse(text), maxDepth);
  if (isDeepText(text, maxDepth)) throw tooDeep(undefined, maxDepth);
  return parse(text);
}

function requireFlat(body: unknown, most: number): unknown {
  if (isDeepValue(body, most)) throw tooDeep(body, most);
  return body;
}

/** Checks a body that middleware has parsed. Rejects with `Limited` 400 if it is nested too deep. */
export async function takeParsed(body: unknown, { maxDepth }: BodyLimits): Promise<unknown> {
  return requireFlat(body, maxDepth);
}

/**
 * Reads a request's body as JSON. Rejects with `Limited` 413 beyond the limit, or with `Refusal`: 415 for an unknown content coding, 400 if the body is not JSON, is
 * nested too deep, or ends early because the client disconnects.
 */
export function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const { maxBodyBytes } = limits;
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => {
      // Read the rest of the body and discard it: if the server closed the connection while the client still sends, the client would lose the answer.
      request.removeAllListeners('data');
      request.resume();
      reject(error);
    };
    try {
      const decode = decoderFor(request.headers['content-encoding'], maxBodyBytes);
      if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
      const chunks: Buffer[] = [];
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBodyBytes) refuse(tooLarge(maxBodyBytes));
        else chunks.push(chunk);
      });
      // `once` would cost more, and a request ends only once anyway.
      request.on('end', () => {
        try {
          const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
          if (decode === undefined) resolve(parseJson(bytes.toString('utf8'), limits));
          else resolve(decode(bytes).then((plain) => parseJson(plain.toString('utf8'), limits)));
        } catch (error) {
          reject(error);
        }
      });
    } catch (error) {
      refuse(error);
    }
    // Node reports both a client that leaves and a body that breaks off, such as one with a wrong chunk.
    const cutOff = () => {
      if (!request.complete)
        reject(new Refusal(400, RPC.refused, 'The client closed the connection before the body was complete.'));
    };
    request.on('error', cutOff);
    request.on('close', cutOff);
  });
}

/** Reads the body of a web-standard request as JSON, like `readJson`. */
export async function readWebJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const { maxBodyBytes } = limits;
  const decode = decoderFor(request.headers.get('content-encoding'), maxBodyBytes);
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return parseJson((decode === undefined ? bytes : await decode(bytes)).toString('utf8'), limits);
}
