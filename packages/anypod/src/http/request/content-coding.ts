import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { RPC } from '../../core/json/rpc-error.ts';
import { Refusal, tooLarge } from '../reply/refusal.ts';

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unzip: Decode = promisify(gunzip);
const unbrotli: Decode = promisify(brotliDecompress);
const unwrapped: Decode = promisify(inflateRaw);
const wrapped: Decode = promisify(inflate);

/** `deflate` means the zlib format (RFC 9110 §8.4.1.2), but some clients send it without the zlib header. */
const undeflate: Decode = (bytes, options) => {
  const hasHeader = ((bytes[0] ?? 0) & 0x0f) === 8;
  return (hasHeader ? wrapped : unwrapped)(bytes, options);
};

const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: unzip,
  'x-gzip': unzip,
  deflate: undeflate,
  br: unbrotli,
};

/** Decodes an encoded body. Rejects with `Limited` 413 if the result exceeds the limit, and with `Refusal` 400 if the body is not in its coding. */
export type Decoder = (bytes: Buffer) => Promise<Buffer>;

/**
 * Returns the decoder for a `Content-Encoding`. Undefined: there is nothing to decode. Throws `Refusal` 415 for a coding that is not supported.
 * `maxBytes` limits the decoded size.
 */
export function decoderFor(contentEncoding: string | null | undefined, maxBytes: number): Decoder | undefined {
  const coding = contentEncoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return undefined;
  const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (decode === undefined) {
    const message = 'This Content-Encoding is not served. Send the body as gzip, deflate or br, or without a coding.';
    throw new Refusal(415, RPC.refused, message, { 'accept-encoding': 'gzip, deflate, br' });
  }
  return async (bytes) => {
    try {
      return await decode(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
      throw new Refusal(400, RPC.parse, `The body is not valid ${coding}, which its Content-Encoding names.`);
    }
  };
}
