import fc from 'fast-check';
import { bytes, type Malformed } from './request.ts';

/** Bytes that are hardly HTTP. */
export const unframed = (requests: fc.Arbitrary<Malformed>): fc.Arbitrary<Malformed> =>
  fc
    .tuple(
      requests,
      fc.nat({ max: 600 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('length', 'cut', 'put', 'chunk', 'twice', 'fold', 'garbage'),
    )
    .map(([request, at, put, how]) => ({ ...request, raw: unframedBytes(request, at, bytes(put), how) }));

function unframedBytes({ method, path, headers, body }: Malformed, at: number, put: string, how: string): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const framed = (...more: string[]) => `${[...lines, ...more].join('\r\n')}\r\n\r\n`;
  const whole = framed(`content-length: ${body.length}`) + body;
  if (how === 'length') return framed(`content-length: ${at}`) + body;
  if (how === 'cut') return whole.slice(0, at % whole.length);
  if (how === 'put') return whole.slice(0, at % whole.length) + put + whole.slice(at % whole.length);
  if (how === 'chunk') return `${framed('transfer-encoding: chunked')}${at.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  if (how === 'twice')
    return framed(`content-length: ${body.length}`, 'transfer-encoding: chunked', `content-length: ${at}`) + body;
  if (how === 'fold') return `${lines.join('\r\n ')}\r\n\r\n${body}`;
  return put + body;
}
