import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { MODERN_META, postModern } from '../cluster/modern-wire.ts';
import { readStream } from '../cluster/stream-reader.ts';
import { type Message, messagesOf, openSession, post, sessionOf, textOf } from '../cluster/wire.ts';
import { createIssuerKey } from '../lib/token-issuer.ts';
import { BROKEN_UTF8, echo, notification, ODD_TEXTS, POLLUTING, REFUSED_BODIES, SMUGGLED } from './hostile-rows.ts';
import { bearer, RESOURCE, useProtected } from './protected.ts';
import { exchangeRaw, statusesIn } from './raw.ts';

const deployment = useProtected();

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** Both pods still serve, and nothing has reached their log as a fault of their own. */
async function expectServed(): Promise<void> {
  const headers = bearer(await deployment.token());
  for (const pod of deployment.urls) {
    const called = await postModern(pod, 'tools/call', { name: 'polluted', arguments: {} }, headers);
    expect(textOf((await messagesOf(called))[0])).toBe('clean');
  }
  expect(deployment.logs()).not.toMatch(/uncaught|a request failed/i);
}

describe('a token', () => {
  const claims = (iss: string, more: object = {}) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    return { iss, sub: 'ann', aud: RESOURCE, client_id: 'app', scope: 'mcp', tenant: 'acme', exp, ...more };
  };
  const publicKey = () => new TextEncoder().encode(JSON.stringify(deployment.a.keys[0]?.jwk));

  test.each<[string, () => Promise<string>]>([
    ['with alg none', async () => new UnsecuredJWT(claims(deployment.a.url)).encode()],
    [
      'with HS256 and the public key as its secret',
      () => new SignJWT(claims(deployment.a.url)).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(publicKey()),
    ],
    ['for another audience', () => deployment.token({ aud: 'https://other.test/mcp' })],
    ['of an unknown issuer', () => deployment.token({ iss: 'https://evil.test' })],
    ['of the other issuer in name', () => deployment.token({ iss: deployment.b.url })],
    ['with an unknown kid', () => deployment.a.token({ tenant: 'acme' }, { kid: '../../etc/passwd' })],
    ['with a key of its own', async () => deployment.a.token({}, { jwk: (await createIssuerKey()).jwk })],
    ['with a URL of keys', () => deployment.a.token({}, { jku: 'https://evil.test/jwks' })],
    ['that names a header as critical', () => deployment.a.token({}, { crit: ['x'], x: 1 })],
    ['that is over', () => deployment.token({ exp: 1 })],
    ['that is for later', () => deployment.token({ nbf: Math.floor(Date.now() / 1000) + 3600 })],
    ['that is cut', async () => (await deployment.token()).slice(0, -8)],
    [
      'of another payload',
      async () =>
        (await deployment.token()).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"eve"}').toString('base64url')}.`),
    ],
  ])('%s is refused by both pods [auth.token.refused]', async (_name, make) => {
    // Some of these can be made only by hand, because the library refuses to sign them.
    const token = await make().catch(() => 'e30.e30.e30');
    for (const pod of deployment.urls) expect((await post(pod, ping, bearer(token))).status).toBe(401);
  });
});

describe('the id of a session', () => {
  test.each<[string, (id: string) => string]>([
    ['cut', (id) => id.slice(0, -1)],
    ['with one letter more', (id) => `${id}A`],
    [
      'with its case changed',
      (id) =>
        id.replace(/[a-z]/i, (letter) =>
          letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
        ),
    ],
    ['with its halves exchanged', (id) => id.slice(22) + id.slice(0, 22)],
    ['of another version', (id) => `v2.${id}`],
    ['percent-encoded', (id) => `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
    ['with a glob', (id) => `${id.slice(0, -1)}*`],
    ['with a key of Redis', (id) => `{${id}}:standing`],
  ])('%s is unknown to both pods [auth.foreign.session]', async (_name, change) => {
    const headers = bearer(await deployment.token());
    const session = await openSession(deployment.urls[0], { headers });
    const changed = sessionOf(change(session.id), '2025-11-25', {}, headers);
    for (const pod of deployment.urls) expect((await changed.send(pod, ping)).status).toBe(404);
    expect((await session.send(deployment.urls[1], ping)).status).toBe(200);
  });
});

/** A POST of a ping with these header lines, and what follows its end. */
async function smuggle(lines: readonly string[], body: string, end = '\r\n'): Promise<readonly string[]> {
  const authorization = `Authorization: Bearer ${await deployment.token()}`;
  const usual = [
    'Host: 127.0.0.1',
    authorization,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
  ];
  const text = ['POST /mcp HTTP/1.1', ...usual, ...lines, '', body].join(end);
  return Promise.all(deployment.pods.map(({ port }) => exchangeRaw(port, text)));
}

describe('a request that proxies and pods may read differently', () => {
  test.each(SMUGGLED)(
    '%s: is refused, and what follows is not served [security.smuggling]',
    async (_name, lines, rest) => {
      for (const answer of await smuggle(lines, rest)) {
        expect(statusesIn(answer)).toEqual([400]);
      }
    },
  );

  test('lines that end with a bare line feed are refused, or read as any other [security.smuggling]', async () => {
    for (const answer of await smuggle([`Content-Length: ${notification.length}`], notification, '\n')) {
      expect(statusesIn(answer)).toEqual([400]);
    }
  });
});

describe('a header that comes twice', () => {
  const lines = (name: string, ...values: string[]) => values.map((value) => `${name}: ${value}`);
  const call = JSON.stringify(ping);

  test('names no session, neither the own nor a foreign one [security.doubled]', async () => {
    const mine = await openSession(deployment.urls[0], { headers: bearer(await deployment.token()) });
    const eve = await openSession(deployment.urls[0], { headers: bearer(await deployment.token({ sub: 'eve' })) });
    for (const pair of [
      [mine.id, eve.id],
      [eve.id, mine.id],
      [mine.id, mine.id],
    ]) {
      const answers = await smuggle(
        [...lines('Mcp-Session-Id', ...pair), `Content-Length: ${call.length}`, 'Connection: close'],
        call,
      );
      for (const answer of answers) expect(statusesIn(answer)).toEqual([404]);
    }
  });

  test.each([
    ['Host', ['evil.test']],
    ['Content-Type', ['text/plain']],
    ['Mcp-Protocol-Version', ['2025-11-25', '2026-07-28']],
    ['Origin', ['https://evil.test', 'https://mcp.test']],
    ['Accept', ['text/html']],
    ['Content-Encoding', ['gzip', 'gzip']],
  ])('%s is answered once, and not by a fault of the pod [security.doubled]', async (name, values) => {
    const all = [...lines(name, ...values), `Content-Length: ${call.length}`, 'Connection: close'];
    for (const answer of await smuggle(all, call)) {
      expect(statusesIn(answer)).toHaveLength(1);
      expect(statusesIn(answer)[0]).toBeLessThan(500);
    }
    await expectServed();
  });
});

describe('a body', () => {
  async function answersTo(
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<{ status: number; message: Message | undefined }[]> {
    const headers = bearer(await deployment.token());
    const session = await openSession(deployment.urls[0], { headers });
    return Promise.all(
      deployment.urls.map(async (pod) => {
        const all = {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...session.headers,
        };
        const response = await fetch(pod, { method: 'POST', headers: all, body });
        const [message] = await messagesOf(response);
        return { status: response.status, message };
      }),
    );
  }

  test.each(REFUSED_BODIES)('with %s is refused with 400 [security.numbers]', async (_name, body) => {
    for (const { status, message } of await answersTo(body)) {
      expect({ status, code: message?.error?.code }).toEqual({ status: 400, code: expect.any(Number) });
      expect(JSON.stringify(message).length).toBeLessThan(1000);
    }
  });

  test.each(ODD_TEXTS)(
    'may hold %s in a text, which comes back as one event or one body [security.numbers]',
    async (_name, value, back) => {
      for (const { status, message } of await answersTo(echo(value))) {
        expect(status).toBe(200);
        expect(textOf(message).replace('\ud800', '�')).toBe(back);
      }
    },
  );

  const bytes = (...parts: (string | readonly number[])[]) =>
    new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

  test.each(BROKEN_UTF8)(
    'in broken UTF-8 (%s) runs nothing else than it says, and the answer is valid UTF-8 [security.utf8]',
    async (_name, broken) => {
      const [head = '', tail = ''] = echo('"x"').split('"x"');
      for (const { status, message } of await answersTo(bytes(head, '"', broken, '"', tail))) {
        expect(status).toBe(200);
        expect(textOf(message)).toMatch(/^�+$/);
      }
      for (const { status } of await answersTo(bytes(broken, echo('"x"')))) expect(status).toBe(400);
    },
  );

  test.each(POLLUTING)('with __proto__ %s pollutes nothing [security.pollution]', async (_name, body) => {
    for (const { status } of await answersTo(body)) expect(status).toBe(200);
    await expectServed();
  });

  test('of the 2026 revision with hostile members is answered, and the pods go on [security.pollution]', async () => {
    const headers = bearer(await deployment.token());
    const _meta = JSON.parse('{"__proto__":{"polluted":1},"progressToken":1e308}') as object;
    for (const pod of deployment.urls) {
      for (const name of ['__proto__', 'constructor', 'toString', 'a\u0000b', 'x'.repeat(10_000)]) {
        const response = await post(
          pod,
          {
            jsonrpc: '2.0',
            id: 1,
            method: 'tools/call',
            params: { name, arguments: {}, _meta: { ...MODERN_META, ..._meta } },
          },
          {
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': 'tools/call',
            'mcp-name': encodeURIComponent(name),
            ...headers,
          },
        );
        expect(response.status).toBeLessThan(500);
        await response.body?.cancel();
      }
    }
    await expectServed();
  });
});

test('an event id that is changed in any part continues nothing [auth.foreign.event-id]', async () => {
  const [pod, other] = deployment.urls;
  const session = await openSession(pod, { headers: bearer(await deployment.token()) });
  const stream = readStream(await session.call(pod, 1, 'slow', { steps: 3, ms: 50 }, 'token'));
  const { id = '' } = (await stream.next()) ?? {};
  await stream.rest();
  // The last part is the place in the stream. The others name the stream.
  const parts = id.split('.');
  const changed = parts.slice(0, -1).flatMap((part, at) => {
    const others = [
      '',
      `${part}A`,
      part.slice(1),
      part.toUpperCase() === part ? part.toLowerCase() : part.toUpperCase(),
    ];
    return others.filter((other) => other !== part).map((other) => parts.with(at, other).join('.'));
  });
  for (const event of [...changed, parts.slice(1).join('.'), parts.slice(0, -1).join('.'), '0', '*', '__proto__']) {
    for (const each of [pod, other]) {
      const response = await session.listen(each, event);
      expect(response.status, event).toBe(400);
    }
  }
});
