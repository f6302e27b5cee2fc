import { describe, expect, it } from 'vitest';
import { bearer, createKey, createWorld, ISSUER } from './gate.fixture.ts';

describe('the keys of an issuer', () => {
  it('are read with the first token, not before [auth.keys.lazy]', async () => {
    const world = await createWorld();
    expect(world.asked).toEqual([]);
    await Promise.all([1, 2, 3].map(async () => world.admit(bearer(await world.token()))));
    expect(world.asked).toEqual([`${ISSUER}/.well-known/oauth-authorization-server`, `${ISSUER}/jwks`]);
  });

  it('may come from OpenID Connect metadata, but only of the same issuer [auth.keys.discovery]', async () => {
    const issuer = 'https://issuer.example.com/realms/one';
    const world = await createWorld({ issuers: [issuer] });
    world.answers.set(`${ISSUER}/.well-known/oauth-authorization-server/realms/one`, () =>
      Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/evil` }),
    );
    world.answers.set(`${issuer}/.well-known/openid-configuration`, () =>
      Response.json({ issuer, jwks_uri: `${ISSUER}/jwks` }),
    );
    await world.admit(bearer(await world.token({ iss: issuer })));
    expect(world.asked).not.toContain(`${ISSUER}/evil`);
  });

  it('are found when they rotate, at most once per cooldown [auth.keys.rotation]', async () => {
    const world = await createWorld();
    await world.admit(bearer(await world.token()));
    const second = await createKey('second');
    world.keys.push(second);
    world.pass(10_000);
    await world.admit(bearer(await world.token({}, {}, second)));
    const asked = world.asked.length;
    for (const kid of ['x', 'y', 'z']) await world.refused(bearer(await world.token({}, { kid }, second)));
    expect(world.asked.length).toBe(asked);
  });

  it('no longer count when they are withdrawn, also for tokens that were verified before [auth.keys.withdrawn]', async () => {
    const world = await createWorld({ cacheSeconds: 3600 });
    const old = await world.token();
    await world.admit(bearer(old));
    const second = await createKey('second');
    world.keys.splice(0, 1, second);
    world.pass(10_000);
    await world.admit(bearer(await world.token({}, {}, second)));
    expect((await world.refused(bearer(old))).status).toBe(401);
  });

  it('go on while the issuer is away, and without any the answer is 503, never 401 [auth.keys.away]', async () => {
    const world = await createWorld();
    const jwks = world.answers.get(`${ISSUER}/jwks`) as () => Response;
    world.answers.delete(`${ISSUER}/jwks`);
    expect(await world.refused(bearer(await world.token()))).toMatchObject({
      status: 503,
      reason: 'issuer_unavailable',
      headers: { 'retry-after': '5' },
    });
    world.answers.set(`${ISSUER}/jwks`, jwks);
    world.pass(2000);
    await world.admit(bearer(await world.token()));
    world.answers.clear();
    world.pass(24 * 60 * 60_000);
    for (let each = 0; each < 20; each += 1) await world.admit(bearer(await world.token()));
    expect(world.asked.length).toBeLessThan(10);
    // It may be a new key, which cannot be known now.
    expect((await world.refused(bearer(await world.token({}, {}, await createKey('new'))))).status).toBe(503);
  });

  it.each<[string, () => Response]>([
    ['huge', () => new Response('x'.repeat(600_000))],
    ['no JSON', () => new Response('<html>')],
    ['an error', () => new Response('{}', { status: 500 })],
    ['a list', () => Response.json([])],
    ['without keys', () => Response.json({ keys: 'none' })],
  ])('are not taken from an answer that is %s [auth.keys.away]', async (_name, answer) => {
    const world = await createWorld();
    world.answers.set(`${ISSUER}/jwks`, answer);
    expect((await world.refused(bearer(await world.token()))).status).toBe(503);
  });

  it('may be configured, and then nothing is fetched [auth.keys.static]', async () => {
    const donor = await createWorld();
    const world = await createWorld({
      issuers: [{ issuer: ISSUER, jwks: { keys: donor.keys.map(({ jwk }) => jwk) } }],
    });
    await world.admit(bearer(await world.token({}, {}, donor.keys[0])));
    expect(world.asked).toEqual([]);
  });
});
