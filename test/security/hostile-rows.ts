/** What the tests of hostile messages send: the name of a case, and its bytes. */

/** A message that needs no answer. */
export const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
const hidden = 'GET /livez HTTP/1.1\r\nHost: mcp.test\r\n\r\n';
const chunk = `${notification.length.toString(16)}\r\n${notification}\r\n0\r\n\r\n`;

/** Requests that can be read in two ways: header lines, and what follows the headers. */
export const SMUGGLED: readonly (readonly [string, readonly string[], string])[] = [
  ['two lengths', [`Content-Length: ${notification.length}`, 'Content-Length: 0'], notification + hidden],
  ['a length and chunks', [`Content-Length: ${notification.length}`, 'Transfer-Encoding: chunked'], chunk + hidden],
  ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 5'], chunk + hidden],
  ['an unknown coding after chunks', ['Transfer-Encoding: chunked, identity'], chunk + hidden],
  ['a coding that only looks like chunks', ['Transfer-Encoding: xchunked'], chunk + hidden],
  ['a space before the colon', ['Transfer-Encoding : chunked'], chunk + hidden],
  ['a folded line', ['Transfer-Encoding:', ' chunked'], chunk + hidden],
  ['a length with a sign', [`Content-Length: +${notification.length}`], notification + hidden],
  ['a length in hex', ['Content-Length: 0x10'], notification + hidden],
  ['a negative length', ['Content-Length: -1'], notification + hidden],
  ['a giant length', ['Content-Length: 99999999999999999999'], notification + hidden],
  ['a chunk of a giant size', ['Transfer-Encoding: chunked'], `FFFFFFFFFFFFFFFFF\r\n${notification}\r\n${hidden}`],
  ['a chunk whose size is no number', ['Transfer-Encoding: chunked'], `5;x\n1\r\n${notification}\r\n${hidden}`],
  ['a NUL in a header', [`X-Any: a\0b`, `Content-Length: ${notification.length}`], notification + hidden],
  [
    'a line break of its own in a header',
    [`X-Any: a\rX-Evil: b`, `Content-Length: ${notification.length}`],
    notification + hidden,
  ],
];

/** A call of the tool echo, with its text as JSON. */
export const echo = (value: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":${value}}}}`;
const digits = '9'.repeat(500_000);

/** Bodies that are no message of MCP. */
export const REFUSED_BODIES: readonly (readonly [string, string])[] = [
  ['the id 1e400', '{"jsonrpc":"2.0","id":1e400,"method":"ping"}'],
  ['the id -1e400', '{"jsonrpc":"2.0","id":-1e400,"method":"ping"}'],
  ['the id 1e308', '{"jsonrpc":"2.0","id":1e308,"method":"ping"}'],
  ['an id above the safe integers', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}'],
  ['an id of half a million digits', `{"jsonrpc":"2.0","id":${digits},"method":"ping"}`],
  ['an id with a fraction', '{"jsonrpc":"2.0","id":0.1,"method":"ping"}'],
  ['an id that is a long text', `{"jsonrpc":"2.0","id":"${digits}","method":"ping"}`],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{"$gt":0},"method":"ping"}'],
  ['a giant exponent', `{"jsonrpc":"2.0","id":1e${'9'.repeat(1000)},"method":"ping"}`],
  ['a number in hex', '{"jsonrpc":"2.0","id":0x1,"method":"ping"}'],
  ['NaN', '{"jsonrpc":"2.0","id":NaN,"method":"ping"}'],
  ['nothing but brackets', '['.repeat(100_000)],
  ['objects in objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['a NUL', '{"jsonrpc":"2.0","id":1,"method":"ping"}\0'],
  ['two messages', '{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}'],
];

/** Texts that could break a stream or an encoder: as JSON, and as the tool gets them. */
export const ODD_TEXTS: readonly (readonly [string, string, string])[] = [
  ['1e308', '"1e308"', '1e308'],
  ['a lone surrogate', '"\\ud800"', '�'],
  ['an escaped NUL and CRLF', '"a\\u0000b\\r\\nX-Evil: 1"', 'a\0b\r\nX-Evil: 1'],
  ['the end of an event', '"a\\n\\ndata: {}\\n\\n"', 'a\n\ndata: {}\n\n'],
  ['line separators of Unicode', '"a\\u2028b\\u2029c\\u0085d"', 'a\u2028b\u2029c\u0085d'],
];

/** Bytes that are no UTF-8. */
export const BROKEN_UTF8: readonly (readonly [string, readonly number[]])[] = [
  ['a lone continuation', [0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
  ['a byte that never occurs', [0xff, 0xfe]],
  ['a cut character', [0xf0, 0x9f, 0x92]],
  ['a character above Unicode', [0xf4, 0x90, 0x80, 0x80]],
];

/** Bodies that would change all objects, if somebody merged them. */
export const POLLUTING: readonly (readonly [string, string])[] = [
  ['in arguments', echo('"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}')],
  ['in params', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"__proto__":{"polluted":1}}}'],
  [
    'in _meta',
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"__proto__":{"polluted":1},"progressToken":"__proto__"}}}',
  ],
  ['beside the message', '{"__proto__":{"polluted":1},"jsonrpc":"2.0","id":"__proto__","method":"ping"}'],
  ['as a method', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}'],
  ['as a tool', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","arguments":{}}}'],
  ['as a resource', '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"__proto__"}}'],
  ['as a level', '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"__proto__"}}'],
];
