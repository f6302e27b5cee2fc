import fc from 'fast-check';
import { MESSAGES, MODERN_MESSAGES } from './messages.ts';

/** A request as it goes over the wire. Texts are bytes (latin1). */
export interface Malformed {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The bytes are sent as they are, and the parts above are not. */
  readonly raw?: string;
}

/** In headers, the id of a session that lives. */
export const LIVE_SESSION = '{session}';

/** Puts the bytes of a text where every byte is a character. */
export const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const LONG = 'x'.repeat(20_000);

/** Values that are nowhere expected. */
const odd = fc.oneof(
  { maxDepth: 2 },
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', ' ', '\0', '\r\n', LONG),
  fc.constantFrom<unknown>('__proto__', 'constructor', '../..', '%00', '\u2028', '💥', '\ud800', [], {}, [[]], [null]),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Where in a message something is changed, and how. */
const change = fc.record({
  at: fc.nat({ max: 40 }),
  how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'duplicate'),
  name: fc.constantFrom('_meta', 'id', 'method', 'params', 'jsonrpc', '__proto__', 'x', 'result', 'error'),
  value: odd,
});

type Change = typeof change extends fc.Arbitrary<infer Made> ? Made : never;

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** All members of all objects and arrays in a message. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}

/** Changes what a place holds. Returns a member that the text gets a second time, if that is the change. */
function apply({ how, name, value }: Change, { holder, name: at }: Place): string {
  // Later changes must not reach into the value of another message.
  const own = structuredClone(value);
  if (how === 'replace') holder[at] = own;
  else if (how === 'wrap') holder[at] = [holder[at]];
  else if (how === 'remove') delete holder[at];
  else if (how === 'duplicate') return `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'},`;
  // An assignment to __proto__ would make no member.
  else Object.defineProperty(holder, name, { value: own, enumerable: true, configurable: true, writable: true });
  return '';
}

function changed(message: unknown, changes: readonly Change[]): string {
  const root = { message: structuredClone(message) } as Record<string, unknown>;
  let twice = '';
  for (const change of changes) {
    const places = placesIn(root);
    const place = places[change.at % places.length];
    if (place !== undefined) twice += apply(change, place);
  }
  const text = JSON.stringify(root['message']) ?? 'undefined';
  return text.startsWith('{') ? `{${twice}${text.slice(1)}` : text;
}

/** A JSON text with bytes that are cut off, put in, or doubled. */
const spoilt = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(
      text,
      fc.nat({ max: 2000 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('cut', 'put', 'twice', 'bom', 'byte', 'space'),
    )
    .map(([json, at, put, how]) => {
      const whole = bytes(json);
      const place = at % (whole.length + 1);
      if (how === 'cut') return whole.slice(0, place);
      if (how === 'put') return whole.slice(0, place) + bytes(put) + whole.slice(place);
      if (how === 'twice') return whole + whole;
      if (how === 'bom') return `\xef\xbb\xbf${whole}`;
      if (how === 'byte') return `${whole.slice(0, place)}\xff\xc0${whole.slice(place)}`;
      return `\n\t ${whole} \r\n`;
    });

const changes = fc.array(change, { minLength: 1, maxLength: 3 });
const message = (known: readonly unknown[]) =>
  fc.tuple(fc.constantFrom(...known), changes).map(([one, made]) => changed(one, made));
const batch = (known: readonly unknown[]) =>
  fc.array(message(known), { maxLength: 4 }).map((messages) => `[${messages.join()}]`);

function bodyOf(known: readonly unknown[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: message(known).map(bytes) },
    {
      weight: 2,
      arbitrary: spoilt(
        fc.oneof(
          message(known),
          fc.constantFrom(...known).map((one) => JSON.stringify(one)),
        ),
      ),
    },
    { weight: 1, arbitrary: batch(known).map(bytes) },
    { weight: 1, arbitrary: fc.constantFrom(...known).map((one) => bytes(JSON.stringify(one))) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }).map(bytes) },
  );
}

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
const headersOf = (usual: Malformed['headers']): fc.Arbitrary<Malformed['headers']> =>
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

const JSON_HEADERS = [
  ['content-type', 'application/json'],
  ['accept', 'application/json, text/event-stream'],
] as const;
const IN_SESSION = [...JSON_HEADERS, ['mcp-session-id', LIVE_SESSION], ['mcp-protocol-version', '2025-11-25']] as const;
const MODERN = [
  ...JSON_HEADERS,
  ['mcp-protocol-version', '2026-07-28'],
  ['mcp-method', 'tools/call'],
  ['mcp-name', 'echo'],
] as const;

const PATHS = [
  '/mcp',
  '/mcp/',
  '/mcp?x=1',
  '/mcp?access_token=x',
  '//mcp',
  '/%6dcp',
  '/sse',
  '/messages',
  '/messages?sessionId=x',
  '/readyz',
  '/livez',
  '/',
  '/%',
  '/.well-known/oauth-protected-resource/mcp',
  `/${'a'.repeat(4000)}`,
];
const METHODS = ['POST', 'GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];

const post = (usual: Malformed['headers'], known: readonly unknown[]): fc.Arbitrary<Malformed> =>
  fc.record({ method: fc.constant('POST'), path: fc.constant('/mcp'), headers: headersOf(usual), body: bodyOf(known) });

const strange: fc.Arbitrary<Malformed> = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.constantFrom(...PATHS),
  headers: headersOf(IN_SESSION),
  body: bodyOf(MESSAGES),
});

/** Bytes that are hardly HTTP. */
const unframed: fc.Arbitrary<Malformed> = fc
  .tuple(
    post(IN_SESSION, MESSAGES),
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

/** Requests as a client never sends them: hardly JSON, hardly JSON-RPC, hardly MCP, hardly HTTP; and some that are well formed, so that others meet them. */
export const malformed: fc.Arbitrary<Malformed> = fc.oneof(
  { weight: 10, arbitrary: post(IN_SESSION, MESSAGES) },
  { weight: 6, arbitrary: post(MODERN, MODERN_MESSAGES) },
  { weight: 2, arbitrary: post(JSON_HEADERS, [...MESSAGES, ...MODERN_MESSAGES]) },
  { weight: 4, arbitrary: strange },
  { weight: 1, arbitrary: unframed },
);
