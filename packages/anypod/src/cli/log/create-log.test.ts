import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog, type LogFormat } from './create-log.ts';

/** What a log writes. `redact`: the names that the operator lists. */
function start(redact: readonly string[] = [], format: LogFormat = 'json') {
  const stderr = new PassThrough().setEncoding('utf8');
  const log = createLog('info', format, stderr as unknown as NodeJS.WriteStream, redact);
  return { log, read: () => String(stderr.read()) };
}

const NAMES = [
  ...['authorization', 'Authorization', 'proxy-authorization', 'Proxy-Authorization', 'cookie', 'Cookie', 'set-cookie'],
  ...['Set-Cookie', 'dpop', 'DPoP', 'password', 'PASSWORD', 'passwd', 'passphrase', 'secret', 'client_secret'],
  ...['clientSecret', 'CLIENT_SECRET', 'token', 'access_token', 'accessToken', 'refresh_token', 'id_token', 'idToken'],
  ...['x-auth-token', 'x-amz-security-token', 'apiKey', 'api_key', 'x-api-key', 'X-API-Key', 'privateKey', 'secretKey'],
  ...[
    'accessKey',
    'client_assertion',
    'code_verifier',
    'device_code',
    'mcp-session-id',
    'Mcp-Session-Id',
    'credentials',
  ],
];

/** `value` under `depth` names. */
const nested = (value: unknown, depth: number): unknown =>
  depth === 0 ? value : { inner: nested(value, depth - 1), shown: 'yes' };

it.each(NAMES)('shows no field of the name %s, at any depth [log.redacted]', (name) => {
  const { log, read } = start();
  const secret = { [name]: 'hidden' };
  const parts = { ...secret, headers: secret, deep: nested(secret, 5), list: [secret, [secret]] };
  log.info({ ...parts, raw: ['Host', 'shown', name, 'hidden'], value: { [name]: { of: ['hidden'] } } }, 'a line');
  const line = read();
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line)).toMatchObject({
    [name]: '[Redacted]',
    headers: { [name]: '[Redacted]' },
    deep: { shown: 'yes' },
    raw: ['Host', 'shown', name, '[Redacted]'],
  });
});

it('shows no field that the operator lists, however it is spelled [log.redacted]', () => {
  const { log, read } = start(['email', 'x-tenant-pin']);
  log.info({ email: 'hidden', user: { Email: 'hidden', xTenantPin: 'hidden' }, 'X-Tenant-Pin': 'hidden' }, 'a line');
  expect(read()).not.toContain('hidden');
});

it('shows what is no secret, as it is', () => {
  const { log, read } = start();
  const fields = { tool: 'read', author: 'Ada', tokens: 7, list: [1, null, true], reason: 'token_missing', key: 'a' };
  log.info({ ...fields, at: new Date(0), where: new URL('https://pods.example/mcp') }, 'a line');
  const more = { at: '1970-01-01T00:00:00.000Z', where: 'https://pods.example/mcp', msg: 'a line' };
  expect(JSON.parse(read())).toMatchObject({ ...fields, ...more });
});

const WITH_USER = [
  ['https://ann:hidden@pods.example/mcp', 'https://[Redacted]@pods.example/mcp'],
  ['redis://:hidden@10.0.0.1:6379', 'redis://[Redacted]@10.0.0.1:6379'],
  ['https://hidden@pods.example', 'https://[Redacted]@pods.example'],
  ['postgres://ann:hid@hidden@db/x', 'postgres://[Redacted]@db/x'],
  ['rediss://ann:hid"hidden@db/x', 'rediss://[Redacted]@db/x'],
] as const;

it.each(WITH_USER)('shows %s without its user, in messages, errors and fields [log.redacted]', (url, shown) => {
  const { log, read } = start();
  const err = new Error(`no answer of ${url}`, { cause: new Error(`it is ${url}, and ${url}`) });
  log.warn({ err, url, why: { error: err } }, `no answer of ${url}`);
  const line = read();
  expect(line).not.toContain('hidden');
  const told = JSON.parse(line);
  expect(told).toMatchObject({ msg: `no answer of ${shown}`, url: shown });
  expect(told.err).toMatchObject({ message: `Error: no answer of ${shown}` });
  expect(told.err.cause.message).toBe(`Error: it is ${shown}, and ${shown}`);
});

it('shows no bearer token in a text, and no address that only looks like one with a user [log.redacted]', () => {
  const { log, read } = start();
  log.info(
    { text: 'Authorization: Bearer abcdefgh.ijklmnop-hidden' },
    'see https://pods.example/@mail and https://pods.example?to=me@pods.example',
  );
  const line = read();
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line).msg).toBe('see https://pods.example/@mail and https://pods.example?to=me@pods.example');
});

it('shows of an error that stands in a field its text, not its members [log.redacted]', () => {
  const { log, read } = start();
  const error = Object.assign(new Error('refused'), { config: { url: '/x?k=hidden' }, code: 'ECONNREFUSED' });
  log.info({ context: { error } }, 'a line');
  const line = read();
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line).context.error).toMatchObject({ message: 'Error: refused', code: 'ECONNREFUSED' });
});

it('writes people the same [log.redacted]', () => {
  const { log, read } = start([], 'pretty');
  log.info({ headers: { Cookie: 'hidden' } }, 'no answer of redis://:hidden@10.0.0.1');
  const text = read();
  expect(text).not.toContain('hidden');
  expect(text).toContain('redis://[Redacted]@10.0.0.1');
});

it('leaves out what is too deep or too much, and never fails', () => {
  const { log, read } = start();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const broken = Object.defineProperty({}, 'x', { enumerable: true, get: () => assert() });
  const toJSON = { toJSON: assert };
  log.info(
    { circle, broken, toJSON, deep: nested({ token: 'hidden' }, 50), many: Array(5000).fill({ a: 1 }) },
    'a line',
  );
  const line = read();
  expect(JSON.parse(line)).toMatchObject({ msg: 'a line', level: 'info' });
  expect(line).not.toContain('hidden');
  expect(line.length).toBeLessThan(20_000);
});

function assert(): never {
  throw new Error('unreadable');
}
