import fc from 'fast-check';
import { LIVE_SESSION, type Malformed } from './request.ts';

/** What a header may hold on the wire: no line break, no control character. */
const word = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => (code === 0x7f ? '~' : String.fromCharCode(code))),
  maxLength: 30,
});

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'multipart/form-data; boundary=x',
    '',
  ],
  accept: [
    'application/json, text/event-stream',
    'application/json',
    'text/event-stream',
    '*/*',
    'text/html',
    'application/json;q=0',
    '',
  ],
  'mcp-protocol-version': [
    '2025-11-25',
    '2025-06-18',
    '2025-03-26',
    '2024-11-05',
    '2026-07-28',
    '1.0',
    '9999-99-99',
    '',
  ],
  'mcp-session-id': [LIVE_SESSION, LIVE_SESSION, 'unknown', 'x'.repeat(44), 'v2.x', ''],
  'mcp-method': ['tools/call', 'tools/list', 'ping', ''],
  'mcp-name': ['echo', 'report', '=?base64?ZWNobw==?=', '=?base64?%?=', ''],
  'last-event-id': ['0', 'x.y.z', '-1', ''],
  'content-encoding': ['gzip', 'br', 'zstd', 'identity', 'gzip, gzip', 'x'],
  origin: ['http://evil.test', 'null', 'http://127.0.0.1'],
  authorization: ['Bearer x', 'Basic eDp4', 'DPoP x', ''],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'ff', ''],
  expect: ['100-continue', 'x'],
  'x-forwarded-host': ['evil.test', ''],
};

const header = fc
  .constantFrom(...Object.keys(HEADERS))
  .chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...(HEADERS[name] ?? [''])) }, { weight: 1, arbitrary: word }),
    ),
  );

/** The usual headers, or some that take the place of usual ones. */
export const headersOf = (usual: Malformed['headers']): fc.Arbitrary<Malformed['headers']> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    {
      weight: 1,
      arbitrary: fc.array(header, { minLength: 1, maxLength: 3 }).map((more) => {
        const names = new Set(more.map(([name]) => name));
        return [...usual.filter(([name]) => !names.has(name)), ...more];
      }),
    },
  );
