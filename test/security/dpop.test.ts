import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSession, post, sessionOf } from '../cluster/wire.ts';
import { createIssuerKey, type IssuerKey } from '../lib/token-issuer.ts';
import { RESOURCE, useProtected } from './protected.ts';

const deployment = useProtected({}, {});
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** Ann's client, whose token is bound to its key, and somebody who has stolen the token. */
let key: IssuerKey;
let thief: IssuerKey;
let token: string;
let nonce: string;

async function proofOf(claims: JWTPayload = {}, signer = key): Promise<string> {
  const { kty, crv, x, y } = signer.jwk as Record<string, string>;
  const ath = createHash('sha256').update(token).digest('base64url');
  const all = { jti: randomUUID(), htm: 'POST', htu: RESOURCE, iat: Math.floor(Date.now() / 1000), ath, nonce };
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } } as never;
  return new SignJWT({ ...all, ...claims }).setProtectedHeader(header).sign(signer.privateKey);
}

const bound = (proof: string) => ({ authorization: `DPoP ${token}`, dpop: proof });

async function refused(response: Response): Promise<string> {
  expect(response.status).toBe(401);
  await response.body?.cancel();
  return /DPoP error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1] ?? 'no error';
}

beforeAll(async () => {
  [key, thief] = await Promise.all([createIssuerKey('client'), createIssuerKey('thief')]);
  token = await deployment.token({ cnf: { jkt: await calculateJwkThumbprint(key.jwk) } });
  const response = await post(deployment.urls[0], ping, bound(await proofOf({ nonce: undefined })));
  nonce = response.headers.get('dpop-nonce') ?? '';
  expect(await refused(response)).toBe('use_dpop_nonce');
});

describe('a stolen token that is bound to a key', () => {
  test.each<[string, () => Promise<Record<string, string>>, string]>([
    ['without a proof', async () => ({ authorization: `DPoP ${token}` }), 'invalid_dpop_proof'],
    ['as a bearer token', async () => ({ authorization: `Bearer ${token}` }), 'invalid_token'],
    ['with a proof of another key', async () => bound(await proofOf({}, thief)), 'invalid_dpop_proof'],
    ['with a proof for another method', async () => bound(await proofOf({ htm: 'GET' })), 'invalid_dpop_proof'],
    [
      'with a proof for another URL',
      async () => bound(await proofOf({ htu: 'https://x.test/mcp' })),
      'invalid_dpop_proof',
    ],
    ['with a proof for another token', async () => bound(await proofOf({ ath: 'x' })), 'invalid_dpop_proof'],
    ['with a proof of yesterday', async () => bound(await proofOf({ iat: 1 })), 'invalid_dpop_proof'],
    ['with a nonce of nobody', async () => bound(await proofOf({ nonce: '1.x' })), 'use_dpop_nonce'],
  ])('%s is refused on each pod [auth.dpop]', async (_name, headers, error) => {
    for (const pod of deployment.urls) expect(await refused(await post(pod, ping, await headers()))).toBe(error);
  });

  test('with a proof that was used on another pod is refused: each counts once on all pods [auth.dpop] [auth.dpop.nonce]', async () => {
    const [pod, other] = deployment.urls;
    const session = await openSession(pod, { headers: bound(await proofOf()) });
    const used = await proofOf();
    // The nonce of one pod is good on the other.
    const served = sessionOf(session.id, '2025-11-25', {}, bound(used));
    expect((await served.send(other, ping)).status).toBe(200);
    for (const each of [pod, other, pod])
      expect(await refused(await served.send(each, ping))).toBe('invalid_dpop_proof');
    const many = await proofOf();
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const once = sessionOf(session.id, '2025-11-25', {}, bound(many));
        return (await once.send(index % 2 === 0 ? pod : other, ping)).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(9);
  });
});
