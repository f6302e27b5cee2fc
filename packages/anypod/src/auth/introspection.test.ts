import { describe, expect, it } from 'vitest';
import { bearer, createKey, createWorld, ISSUER, RESOURCE, type World } from './gate.fixture.ts';

const ENDPOINT = `${ISSUER}/introspect`;

/** A world whose issuer answers about opaque tokens. */
async function createOpaqueWorld(answer: (world: World) => object, trustAudience = false): Promise<World> {
  const introspection = { endpoint: ENDPOINT, clientId: 'mcp', clientSecret: 's&cret', trustAudience };
  const world = await createWorld({ issuers: [{ issuer: ISSUER, introspection }] });
  world.answers.set(ENDPOINT, () => Response.json(answer(world)));
  return world;
}

const active = (world: World) => ({
  active: true,
  sub: 'ann',
  aud: RESOURCE,
  client_id: 'app',
  exp: world.now() / 1000 + 20,
});

describe('an opaque token', () => {
  it('is asked about once in its time, by all who bring it together [auth.introspection]', async () => {
    const world = await createOpaqueWorld(active);
    const [first] = await Promise.all([1, 2, 3].map(() => world.admit(bearer('opaque'))));
    expect(first).toMatchObject({ clientId: 'app', extra: { iss: ISSUER, sub: 'ann' } });
    expect(world.asked).toEqual([ENDPOINT]);
    world.pass(20_001);
    await world.admit(bearer('opaque'));
    expect(world.asked).toEqual([ENDPOINT, ENDPOINT]);
  });

  it.each<[string, (world: World) => object]>([
    ['is not active', () => ({ active: false })],
    ['is active in another sense', (world) => ({ ...active(world), active: 'true' })],
    ['is for another server', (world) => ({ ...active(world), aud: 'https://other.example.com' })],
    ['is for no server', (world) => ({ ...active(world), aud: undefined })],
    ['is of another issuer', (world) => ({ ...active(world), iss: 'https://other.example.com' })],
    ['has expired', (world) => ({ ...active(world), exp: world.now() / 1000 - 31 })],
    ['never expires', (world) => ({ ...active(world), exp: undefined })],
  ])('that %s is refused, and not asked about again at once [auth.introspection]', async (_name, answer) => {
    const world = await createOpaqueWorld(answer);
    for (const _ of [1, 2, 3]) expect((await world.refused(bearer('opaque'))).status).toBe(401);
    expect(world.asked).toEqual([ENDPOINT]);
  });

  it('may lack an audience if the issuer is trusted with it [auth.introspection]', async () => {
    const world = await createOpaqueWorld((one) => ({ ...active(one), aud: undefined }), true);
    await world.admit(bearer('opaque'));
  });

  it('gets 503 while its issuer is away [auth.keys.away]', async () => {
    const world = await createOpaqueWorld(active);
    world.answers.delete(ENDPOINT);
    expect((await world.refused(bearer('opaque'))).status).toBe(503);
  });

  it('cannot make the pod ask more than 64 times at once [auth.introspection]', async () => {
    const world = await createOpaqueWorld(active);
    const gate = Promise.withResolvers<void>();
    world.answers.set(ENDPOINT, () => gate.promise.then(() => Response.json({ active: false })));
    const all = Array.from({ length: 100 }, (_, index) => world.refused(bearer(`opaque-${index}`)));
    await Promise.race(all);
    expect(world.asked.length).toBe(64);
    gate.resolve();
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503).length).toBe(36);
  });
});

describe('a JWT of an issuer that is always asked', () => {
  async function createAskedWorld(answer: () => object): Promise<World> {
    const introspection = { endpoint: ENDPOINT, clientId: 'mcp', clientSecret: 'secret', always: true };
    const world = await createWorld({ issuers: [{ issuer: ISSUER, introspection }] });
    world.answers.set(ENDPOINT, () => Response.json(answer()));
    return world;
  }
  const isAsked = (world: World) => world.asked.filter((url) => url === ENDPOINT).length;

  it('ends within 30 s when it is revoked [auth.introspection.always]', async () => {
    let active = true;
    const world = await createAskedWorld(() => ({ active }));
    const token = bearer(await world.token());
    expect(await world.admit(token)).toMatchObject({ clientId: 'app', extra: { sub: 'ann' } });
    active = false;
    await world.admit(token);
    expect(isAsked(world)).toBe(1);
    world.pass(30_001);
    expect((await world.refused(token)).status).toBe(401);
    expect(isAsked(world)).toBe(2);
  });

  it('is not asked about if its signature or audience is wrong [auth.introspection.always]', async () => {
    const world = await createAskedWorld(() => ({ active: true }));
    expect((await world.refused(bearer(await world.token({ aud: 'https://other.example.com' })))).status).toBe(401);
    expect((await world.refused(bearer(await world.token({}, {}, await createKey('first'))))).status).toBe(401);
    expect(isAsked(world)).toBe(0);
  });

  it('gets 503 while the issuer cannot be asked [auth.introspection.always]', async () => {
    const world = await createAskedWorld(() => ({}));
    world.answers.delete(ENDPOINT);
    expect((await world.refused(bearer(await world.token()))).status).toBe(503);
  });
});
