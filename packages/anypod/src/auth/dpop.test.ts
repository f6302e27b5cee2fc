import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKey, createWorld, type Key, RESOURCE, type World } from './gate.fixture.ts';

interface Holder {
  readonly world: World;
  readonly key: Key;
  readonly token: string;
  proof(claims?: JWTPayload, header?: object, signer?: Key): Promise<string>;
}

/** A client with a key and a token that is bound to the key. */
async function createHolder(dpop: object = { nonce: false }): Promise<Holder> {
  const world = await createWorld({ dpop });
  const key = await createKey('client');
  const jkt = await calculateJwkThumbprint(key.jwk);
  const token = await world.token({ cnf: { jkt } });
  const ath = createHash('sha256').update(token).digest('base64url');
  return {
    world,
    key,
    token,
    proof(claims = {}, header = {}, signer = key) {
      const { kty, crv, x, y } = signer.jwk as Record<string, string>;
      const all = {
        jti: randomUUID(),
        htm: 'POST',
        htu: RESOURCE,
        iat: Math.floor(world.now() / 1000),
        ath,
        ...claims,
      };
      const protectedHeader = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y }, ...header };
      return new SignJWT(all).setProtectedHeader(protectedHeader as { alg: string }).sign(signer.privateKey);
    },
  };
}

const bound = (token: string, dpop: string | string[]) => ({ authorization: `DPoP ${token}`, dpop });

describe('a token that is bound to a key', () => {
  it('works with a proof of its holder, once [auth.dpop]', async () => {
    const { world, token, proof } = await createHolder();
    const used = await proof();
    expect(await world.admit(bound(token, used))).toMatchObject({ clientId: 'app' });
    const { message, headers } = await world.refused(bound(token, used));
    expect(message).toBe('The proof was used before.');
    expect(headers['www-authenticate']).toMatch(
      /^Bearer error="invalid_dpop_proof".*, DPoP error="invalid_dpop_proof".*algs="ES256/,
    );
    await world.admit(bound(token, await proof({ htu: `${RESOURCE}?x=1#y` })));
  });

  it.each<[string, (holder: Holder) => Promise<Record<string, string | string[]>>]>([
    ['without a proof', async ({ token }) => ({ authorization: `DPoP ${token}` })],
    ['as a bearer token', async ({ token, proof }) => ({ authorization: `Bearer ${token}`, dpop: await proof() })],
    ['with two proofs', async ({ token, proof }) => bound(token, [await proof(), await proof()])],
    ['for another method', async ({ token, proof }) => bound(token, await proof({ htm: 'GET' }))],
    [
      'for another URL',
      async ({ token, proof }) => bound(token, await proof({ htu: 'https://other.example.com/mcp' })),
    ],
    ['for another token', async ({ token, proof }) => bound(token, await proof({ ath: 'x' }))],
    ['without a token', async ({ token, proof }) => bound(token, await proof({ ath: undefined }))],
    ['that is old', async ({ token, proof, world }) => bound(token, await proof({ iat: world.now() / 1000 - 301 }))],
    [
      'from the future',
      async ({ token, proof, world }) => bound(token, await proof({ iat: world.now() / 1000 + 301 })),
    ],
    ['without jti', async ({ token, proof }) => bound(token, await proof({ jti: undefined as never }))],
    ['with a long jti', async ({ token, proof }) => bound(token, await proof({ jti: 'x'.repeat(300) }))],
    ['of another type', async ({ token, proof }) => bound(token, await proof({}, { typ: 'JWT' }))],
    ['with the key of a stranger', async ({ token, proof }) => bound(token, await proof({}, {}, await createKey('x')))],
    [
      'that a stranger signed',
      async ({ token, proof, key }) => {
        const { kty, crv, x, y } = key.jwk as Record<string, string>;
        return bound(token, await proof({}, { jwk: { kty, crv, x, y } }, await createKey('x')));
      },
    ],
    ['that is no JWT', async ({ token }) => bound(token, 'proof')],
  ])('is refused with 401: %s [auth.dpop]', async (_name, headersOf) => {
    const holder = await createHolder();
    expect((await holder.world.refused(await headersOf(holder))).status).toBe(401);
  });

  it('needs the nonce of the server, of this period or the last one [auth.dpop.nonce]', async () => {
    const { world, token, proof } = await createHolder({});
    const { status, headers } = await world.refused(bound(token, await proof()));
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain('DPoP error="use_dpop_nonce"');
    const nonce = headers['dpop-nonce'] ?? '';
    await world.admit(bound(token, await proof({ nonce })));
    world.pass(5 * 60_000);
    await world.admit(bound(token, await proof({ nonce })));
    world.pass(5 * 60_000);
    expect((await world.refused(bound(token, await proof({ nonce })))).headers['dpop-nonce']).not.toBe(nonce);
    await world.refused(bound(token, await proof({ nonce: '5666666.forged' })));
  });

  it('is refused where proofs are not checked [auth.dpop]', async () => {
    const { token } = await createHolder();
    const plain = await createWorld();
    expect((await plain.refused({ authorization: `Bearer ${token}` })).status).toBe(401);
  });
});

describe('a server that requires bound tokens', () => {
  it('refuses others, and asks for DPoP only [auth.dpop]', async () => {
    const world = await createWorld({ dpop: { required: true } });
    const { status, headers } = await world.refused({ authorization: `Bearer ${await world.token()}` });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^DPoP error="invalid_token"/);
    const metadata = JSON.parse(
      world.gate.metadata({ headers: {}, url: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp' }) ??
        '',
    );
    expect(metadata).toMatchObject({ dpop_bound_access_tokens_required: true });
  });
});
