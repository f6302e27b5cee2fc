import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { bearer, createKey, createWorld, ISSUER, RESOURCE, type World } from './gate.fixture.ts';

const OTHER = 'https://other.example.com';

describe('a token', () => {
  it('names who calls, without the token [auth.principal]', async () => {
    const world = await createWorld();
    const authInfo = await world.admit(bearer(await world.token({ scope: 'read write' })));
    const expiresAt = world.now() / 1000 + 3600;
    const extra = { iss: ISSUER, sub: 'ann' };
    expect(authInfo).toEqual({ token: '', clientId: 'app', scopes: ['read', 'write'], expiresAt, extra });
  });

  it('is verified once in its cache time, and its result cannot be changed by a handler [auth.token.cached]', async () => {
    const world = await createWorld();
    const token = await world.token();
    const first = await world.admit(bearer(token));
    expect(() => first.scopes.push('admin')).toThrow(TypeError);
    expect(await world.admit(bearer(token))).toBe(first);
    world.pass(61_000);
    expect(await world.admit(bearer(token))).not.toBe(first);
  });

  it('is never accepted from the cache after its end [auth.token.cached]', async () => {
    const world = await createWorld({ clockSkewSeconds: 0, cacheSeconds: 3600 });
    const token = await world.token({ exp: world.now() / 1000 + 10 });
    await world.admit(bearer(token));
    world.pass(10_000);
    expect(await world.refused(bearer(token))).toMatchObject({
      status: 401,
      message: 'The token has expired. Get a new one.',
    });
  });
});

const seconds = (world: World) => Math.floor(world.now() / 1000);

describe('a token is refused with 401 invalid_token', () => {
  const refusals: [string, (world: World) => Promise<string> | string][] = [
    [
      'without a signature',
      (world) => new UnsecuredJWT({ iss: ISSUER, sub: 'ann', aud: RESOURCE, exp: seconds(world) + 60 }).encode(),
    ],
    ['that a stranger signed', async (world) => world.token({}, {}, await createKey('first'))],
    ['with an unknown key', async (world) => world.token({}, {}, await createKey('second'))],
    ['for another server', (world) => world.token({ aud: 'https://other.example.com/mcp' })],
    ['for the host, but not the endpoint', (world) => world.token({ aud: 'https://mcp.example.com' })],
    ['without an audience', (world) => world.token({ aud: undefined as never })],
    ['with an audience that is no text', (world) => world.token({ aud: { [RESOURCE]: true } as never })],
    ['of another issuer', (world) => world.token({ iss: OTHER })],
    ['of an issuer that looks alike', (world) => world.token({ iss: `${ISSUER}/` })],
    ['without an issuer', (world) => world.token({ iss: undefined as never })],
    ['without an end', (world) => world.token({ exp: undefined as never })],
    ['after its end', (world) => world.token({ exp: seconds(world) - 31 })],
    ['before its beginning', (world) => world.token({ nbf: seconds(world) + 31 })],
    ['with an end that is no number', (world) => world.token({ exp: '9999999999' as never })],
    ['without subject and client', (world) => world.token({ sub: undefined as never, client_id: undefined })],
    ['with a subject that is no text', (world) => world.token({ sub: { toString: 'ann' } as never })],
    ['that is cut', async (world) => (await world.token()).slice(0, -4)],
    [
      'with another payload',
      async (world) => {
        const [header, , signature] = (await world.token()).split('.');
        const payload = Buffer.from(
          JSON.stringify({ iss: ISSUER, sub: 'eve', aud: RESOURCE, exp: seconds(world) + 60 }),
        );
        return [header, payload.toString('base64url'), signature].join('.');
      },
    ],
    ['that is no JWT', () => 'opaque-token'],
    ['of three empty parts', () => '..'],
  ];

  it.each(refusals)('%s [auth.token.refused]', async (_name, make) => {
    const world = await createWorld();
    const { status, reason, headers } = await world.refused(bearer(await make(world)));
    expect({ status, reason }).toEqual({ status: 401, reason: 'token_invalid' });
    expect(headers['www-authenticate']).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="[^"]+"$/,
    );
  });

  it('that is signed with the public key as a shared secret [auth.token.refused]', async () => {
    const world = await createWorld();
    const { SignJWT } = await import('jose');
    const secret = new TextEncoder().encode(JSON.stringify(world.keys[0]?.jwk));
    const claims = { iss: ISSUER, sub: 'ann', aud: RESOURCE, exp: seconds(world) + 60 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expect((await world.refused(bearer(token))).status).toBe(401);
    expect(world.asked).toEqual([]);
  });

  it('of a type that is not the configured one [auth.token.refused]', async () => {
    const world = await createWorld({ issuers: [{ issuer: ISSUER, typ: 'at+jwt' }] });
    expect((await world.refused(bearer(await world.token()))).status).toBe(401);
    await world.admit(bearer(await world.token({}, { typ: 'at+jwt' })));
  });
});

describe('an audience', () => {
  it.each([
    ['in an array', ['https://other.example.com', RESOURCE]],
    ['with another case of scheme and host', 'HTTPS://MCP.example.com/mcp'],
    ['with a slash at the end', `${RESOURCE}/`],
    ['of the configuration', 'api://mcp'],
  ])('%s is ours [auth.token.audience]', async (_name, aud) => {
    const world = await createWorld({ audiences: ['api://mcp'] });
    await world.admit(bearer(await world.token({ aud })));
  });
});

describe('a request without a usable token', () => {
  it('gets 401 with the metadata and the scopes, and no error [auth.challenge.missing]', async () => {
    const world = await createWorld({ scopes: { required: ['mcp', 'offline_access'] } });
    for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
      const { status, reason, headers: answer } = await world.refused(headers as Record<string, string>);
      expect({ status, reason }).toEqual({ status: 401, reason: 'token_missing' });
      expect(answer['www-authenticate']).toBe(
        'Bearer scope="mcp", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
      );
    }
  });

  it('gets 400 if it does not say clearly which token it has [auth.token.misplaced]', async () => {
    const world = await createWorld();
    const token = await world.token();
    const two = { authorization: [`Bearer ${token}`, `Bearer ${token}`] };
    expect(await world.refused(two)).toMatchObject({ status: 400, reason: 'token_misplaced' });
    expect(await world.refused(bearer(token), 'POST', `${RESOURCE}?access_token=x`)).toMatchObject({ status: 400 });
    for (const odd of [
      `Bearer ${token}, Bearer ${token}`,
      'Bearer',
      'Bearer a b',
      'Bearer "x"',
      `Bearer ${'a'.repeat(20_000)}`,
    ]) {
      expect(await world.refused({ authorization: odd }), odd.slice(0, 30)).toMatchObject({ status: 400 });
    }
  });
});
