import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { bearer, createWorld, ISSUER } from './gate.fixture.ts';

describe('claims', () => {
  it.each<[string, Record<string, unknown>, object]>([
    [
      'azp and an array of scopes',
      { client_id: undefined, azp: 'cli', scp: ['a', 'b'] },
      { clientId: 'cli', scopes: ['a', 'b'] },
    ],
    ['a client without a user', { sub: undefined }, { clientId: 'app', extra: { iss: ISSUER } }],
    ['a user without a client', { client_id: undefined }, { clientId: 'ann' }],
  ])('of %s [auth.claims.mapped]', async (_name, claims, expected) => {
    const world = await createWorld();
    expect(await world.admit(bearer(await world.token(claims as JWTPayload)))).toMatchObject(expected);
  });

  it('are read from a path, and only the configured ones are passed [auth.claims.mapped]', async () => {
    const claims = { tenant: 'org.id', pass: ['email', '__proto__.x'] };
    const world = await createWorld({ issuers: [{ issuer: ISSUER, claims }] });
    const authInfo = await world.admit(bearer(await world.token({ org: { id: 'acme' }, email: 'a@b.c', phone: '1' })));
    expect(authInfo.extra).toEqual({ iss: ISSUER, sub: 'ann', tenant: 'acme', claims: { email: 'a@b.c' } });
  });

  it.each<[string, object, object, string | undefined]>([
    ['of the issuer', { tenant: 'acme' }, {}, 'acme'],
    ['in the list', { tenants: ['acme'], claims: { tenant: 't' } }, { t: 'acme' }, 'acme'],
    ['of another issuer', { tenants: ['acme'], claims: { tenant: 't' } }, { t: 'evil' }, undefined],
    ['that the token does not name', { tenants: ['acme'], claims: { tenant: 't' } }, {}, undefined],
    ['that contradicts the issuer', { tenant: 'acme', claims: { tenant: 't' } }, { t: 'evil' }, undefined],
    ['in a list', { tenants: ['acme'], claims: { tenant: 't' } }, { t: ['acme'] }, undefined],
  ])('name a tenant %s [auth.tenant.issuer]', async (_name, issuer, claims, tenant) => {
    const world = await createWorld({ issuers: [{ issuer: ISSUER, ...issuer }] });
    const token = bearer(await world.token(claims as Record<string, unknown>));
    if (tenant === undefined) expect((await world.refused(token)).status).toBe(401);
    else expect((await world.admit(token)).extra?.['tenant']).toBe(tenant);
  });
});
