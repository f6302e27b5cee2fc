import { deflateRawSync, gzipSync } from 'node:zlib';
import { bytes, LIVE_SESSION, type Malformed } from './request.ts';

const HEADERS = [
  ['content-type', 'application/json'],
  ['accept', 'application/json, text/event-stream'],
  ['mcp-session-id', LIVE_SESSION],
  ['mcp-protocol-version', '2025-11-25'],
] as const;

const post = (body: string, headers: Malformed['headers'] = HEADERS, path = '/mcp'): Malformed => {
  return { method: 'POST', path, headers, body };
};
const text = (json: string) => post(bytes(json));
const packed = (encoding: string, body: Buffer) =>
  post(body.toString('latin1'), [...HEADERS, ['content-encoding', encoding]]);
const raw = (sent: string): Malformed => ({ ...post(''), raw: sent });
const call = (args: string) =>
  text(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":${args}}}`);

/** Requests that have broken servers elsewhere, or this one. */
export const CORPUS: readonly Malformed[] = [
  ...[
    '',
    ' ',
    '{',
    '[',
    '[]',
    '{}',
    'null',
    'true',
    '0',
    '""',
    '[[]]',
    '[null]',
    '[1,2,3]',
    'NaN',
    '{"jsonrpc":"2.0"}',
  ].map(text),
  // Ids.
  ...[
    'null',
    '1.5',
    '-0',
    '1e400',
    '9007199254740993',
    '""',
    '"__proto__"',
    '{}',
    '[]',
    'true',
    `"${'x'.repeat(100_000)}"`,
    '"\\r\\nx: y"',
    '"\\ud800"',
  ].map((id) => text(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`)),
  // Members of Object.prototype, as names and as values.
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then'].flatMap((name) => [
    text(`{"jsonrpc":"2.0","id":1,"method":"${name}"}`),
    text(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":{"${name}":{"x":1}}}}`),
    text(
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"${name}":{"polluted":true},"progressToken":"${name}"}}}`,
    ),
    text(`{"jsonrpc":"2.0","method":"notifications/${name}","params":{"${name}":1}}`),
    text(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"${name}"}}`),
    text(`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"${name}:x"}}`),
    text(`{"jsonrpc":"2.0","id":"${name}","result":{}}`),
  ]),
  text('{"__proto__":{"jsonrpc":"2.0","id":1,"method":"ping"}}'),
  // Depth, length, numbers.
  text('['.repeat(100_000)),
  text('{"a":'.repeat(50_000)),
  call(`{"text":${'['.repeat(90)}${']'.repeat(90)}}`),
  call('{"text":1e99999}'),
  call(`{"text":${'9'.repeat(10_000)}}`),
  call(`{${Array.from({ length: 5000 }, (_, index) => `"k${index}":${index}`).join()}}`),
  call(`{"text":"${'\\u0000'.repeat(1000)}"}`),
  text(`[${Array.from({ length: 1000 }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`).join()}]`),
  text('{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///../../etc/passwd"}}'),
  text(
    '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"{"},"argument":{"name":"x","value":""}}}',
  ),
  // UTF-8 that is none.
  post('{"jsonrpc":"2.0","id":1,"method":"\xff"}'),
  post('\xc0\x80'),
  post('\xed\xa0\x80'),
  post(`\xff\xfe${'{\0"\0'}`),
  // Bodies that grow, or are not what they say.
  packed('gzip', gzipSync(Buffer.alloc(20_000_000))),
  packed('gzip', Buffer.from('no gzip')),
  packed('gzip', gzipSync('{}').subarray(0, 10)),
  packed('deflate', deflateRawSync('{}')),
  packed('br', Buffer.alloc(100, 255)),
  packed('gzip, gzip, gzip, gzip, gzip, gzip', gzipSync('{}')),
  // HTTP.
  raw('GET / HTTP/9.9\r\n\r\n'),
  raw('POST /mcp HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n'),
  raw('POST /mcp HTTP/1.1\r\n\r\n'),
  raw('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n'),
  raw('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 99999999999999999999\r\n\r\nx'),
  raw('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n'),
  raw(
    'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked, identity\r\ncontent-length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  ),
  raw(`POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
  raw('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}'),
  raw('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
  raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw('CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test\r\n\r\n'),
  raw('\x16\x03\x01\x02\x00\x01\x00'),
  raw('\r\n\r\n\r\n'),
];

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
/** A request that is served if its caller may call. */
export const PINGED: Malformed = text(PING);

const stream = (...headers: Malformed['headers']): Malformed => ({
  method: 'GET',
  path: '/sse',
  headers: [['accept', 'text/event-stream'], ...headers],
  body: '',
});
const EVENT_IDS = [
  '',
  '~',
  `${LIVE_SESSION}~`,
  `${LIVE_SESSION}~0`,
  `${LIVE_SESSION}~~x`,
  'x'.repeat(10_000),
  '\xff',
  '__proto__~__proto__',
];

/** Requests to the addresses of HTTP+SSE. */
export const SSE_CORPUS: readonly Malformed[] = [
  ...EVENT_IDS.map((id) => stream(['last-event-id', id])),
  stream(['last-event-id', `${LIVE_SESSION}~0`], ['last-event-id', 'x']),
  { ...stream(), body: PING },
  { ...stream(), path: `/sse?sessionId=${LIVE_SESSION}` },
  ...[
    '',
    '?',
    '?sessionId',
    '?sessionId=',
    '?sessionid=x',
    '?sessionId=__proto__',
    '?sessionId=%00',
    '?sessionId=%',
    '?sessionId=..%2f',
  ].map((query) => post(PING, HEADERS, `/messages${query}`)),
  post(PING, HEADERS, `/messages?sessionId=${LIVE_SESSION}&sessionId=x`),
  post(PING, HEADERS, `/messages?sessionId=x&sessionId=${LIVE_SESSION}`),
  post(`[${PING},${PING}]`, HEADERS, `/messages?sessionId=${LIVE_SESSION}`),
  post('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}', HEADERS, `/messages?sessionId=${LIVE_SESSION}`),
  { ...post('', HEADERS, `/messages?sessionId=${LIVE_SESSION}`), method: 'DELETE' },
];
