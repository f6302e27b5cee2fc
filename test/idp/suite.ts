import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { MemoryProvider } from '../../examples/auth-client/memory-provider.ts';
import { eventually } from '../cluster/settle.ts';
import { ANYPOD } from '../lib/anypod.ts';
import { CUSTOMER, type Flows, REPORT, statusAt, type UserClient } from './flows.ts';
import { CALLBACK, type IdentityProvider } from './identity-provider.ts';

/** The flows of `make client-auth` against an identity provider that this project did not write. */
export function describeFlows(name: string, flows: Flows<IdentityProvider>): void {
  describe(`${name} and two pods`, () => {
    testLogin(flows);
    testScopes(flows);
    testExample(flows);
    testConnect(flows);
    testEnds(flows);
  });
}

function testExample(flows: Flows<IdentityProvider>): void {
  test('examples/sign-in knows who has signed in', async () => {
    const [url, user] = [await flows.startExample(), await flows.open()];
    const headers = { authorization: `Bearer ${user.token}` };
    const client = new Client({ name: 'example', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    const { content } = await client.callTool({ name: 'who_am_i' });
    const { sub, iss } = decodeJwt(user.token);
    expect(content).toEqual([{ type: 'text', text: expect.stringContaining(`${sub} of ${iss}, with the scopes`) }]);
    await Promise.all([client.close(), user.client.close()]);
  });
}

/** The statuses with which all pods answer to a token. */
function statuses(flows: Flows<IdentityProvider>, token: string): Promise<number[]> {
  return Promise.all(flows.pods.map((pod) => statusAt(pod, token)));
}

function testLogin(flows: Flows<IdentityProvider>): void {
  test.each([
    ['2025-11-25', true],
    ['2026-07-28', false],
  ])(
    'a client that registers itself logs in with PKCE and calls in %s [auth.keys.discovery]',
    async (version, legacy) => {
      const { client, provider, token } = await flows.open({ legacy });
      expect(client.getNegotiatedProtocolVersion()).toBe(version);
      const asked = provider.authorizationUrl?.searchParams;
      expect(asked?.get('code_challenge_method')).toBe('S256');
      expect(asked?.get('resource')).toBe(flows.resource);
      expect([decodeJwt(token).aud].flat()).toContain(flows.resource);
      await client.close();
    },
  );
  test('a code without the right verifier gives no token [auth.keys.discovery]', async () => {
    const provider = new MemoryProvider(false, flows.idp.known);
    const transport = new StreamableHTTPClientTransport(new URL(flows.resource), { authProvider: provider });
    const client = new Client({ name: 'thief', version: '1.0.0' });
    await expect(client.connect(transport)).rejects.toThrow(UnauthorizedError);
    const { searchParams: code } = await flows.idp.login(provider.authorizationUrl as URL);
    provider.saveCodeVerifier('another-verifier-of-somebody-who-only-has-seen-the-code');
    await transport.finishAuth(code).catch(() => undefined);
    expect(provider.tokens()).toBeUndefined();
  });
}

function testScopes(flows: Flows<IdentityProvider>): void {
  test('a known client steps up to the scope of a tool, and refreshes [auth.scope.missing]', async () => {
    const user = await flows.open({ known: flows.idp.known });
    expect(user.provider.authorizationUrl?.searchParams.get('scope')).not.toContain('reports:read');
    expect(await user.call(REPORT)).toBe(true);
    expect(user.provider.authorizationUrl?.searchParams.get('scope')).toContain('reports:read');
    const { token } = user;
    await user.refresh();
    expect(user.token).not.toBe(token);
    expect(await statuses(flows, user.token)).toEqual([200, 200]);
    await user.client.close();
  });

  test('a client that registered itself cannot step up: the provider says invalid_scope [auth.scope.missing]', async () => {
    const user = await flows.open();
    await expect(user.call(REPORT)).rejects.toMatchObject({ code: 'invalid_scope' });
    expect(await user.call(CUSTOMER)).toBe(true);
    await user.client.close();
  });
}

/** `anypod connect` as a host starts it. The user opens the page by hand, since there is no browser. */
async function startHost(flows: Flows<IdentityProvider>, home: string, shown: URL[]): Promise<Client> {
  const { idp, resource } = flows;
  const port = new URL(CALLBACK).port;
  // A client that cannot register itself has an id, and a callback that is known.
  const known = idp.register === undefined ? [] : ['--client-id', idp.known.client_id, '--callback-port', port];
  const env = { ...process.env, XDG_STATE_HOME: home, BROWSER: 'true' } as Record<string, string>;
  const args = [ANYPOD, 'connect', resource, ...known];
  const transport = new StdioClientTransport({ command: process.execPath, args, env, stderr: 'pipe' });
  transport.stderr?.on('data', (text: Buffer) => {
    for (const [, page = ''] of `${text}`.matchAll(/open it yourself: (\S+)/g)) {
      shown.push(new URL(page));
      void idp.login(new URL(page)).then((back) => fetch(back));
    }
  });
  const client = new Client({ name: 'host', version: '1.0.0' });
  await client.connect(transport, { timeout: 300_000 });
  return client;
}

function testConnect(flows: Flows<IdentityProvider>): void {
  test('anypod connect logs in and steps up, even if a client keeps the scopes of its registration [host.connect.login]', async () => {
    const home = await mkdtemp(join(tmpdir(), 'anypod-idp-'));
    const shown: URL[] = [];
    const client = await startHost(flows, home, shown);
    expect((await client.callTool(REPORT, { timeout: 300_000 })).isError).not.toBe(true);
    await client.close();
    await rm(home, { recursive: true });
    const scopes = shown.map((page) => page.searchParams.get('scope'));
    expect(scopes[0]).not.toContain('reports:read');
    expect(scopes.at(-1)).toContain('reports:read');
    // One that registered itself was refused, and registered once more.
    const ids = new Set(shown.map((page) => page.searchParams.get('client_id')));
    expect(ids.size).toBe(flows.idp.register === undefined ? 2 : 1);
  });
}

function testEnds(flows: Flows<IdentityProvider>): void {
  test('new keys work without a restart, and a withdrawn key ends its tokens [auth.keys.rotation] [auth.keys.withdrawn]', async () => {
    const kidOf = (user: UserClient) => decodeProtectedHeader(user.token).kid;
    const logIn = () => flows.open({ known: flows.idp.known });
    const old = await logIn();
    const rotation = await flows.idp.rotateKeys();
    // A token with an unknown key makes pods ask for the keys, but not more often than every 10 s.
    const next = await eventually(logIn);
    expect(kidOf(next)).not.toBe(kidOf(old));
    await eventually(async () => expect(await statuses(flows, next.token)).toEqual([200, 200]));
    expect(await statuses(flows, old.token)).toEqual([200, 200]);

    await rotation.withdraw();
    await flows.idp.rotateKeys();
    const last = await eventually(logIn);
    await eventually(async () => expect(await statuses(flows, last.token)).toEqual([200, 200]));
    await eventually(async () => expect(await statuses(flows, old.token)).toEqual([401, 401]));
    expect(await statuses(flows, next.token)).toEqual([200, 200]);
    for (const { client } of [old, next, last]) await client.close();
  });

  test('a logout ends JWTs on pods that ask about them [auth.introspection.always]', async () => {
    const asking = await flows.startAskingPod();
    const user = await flows.open({ known: flows.idp.known });
    expect(await statusAt(asking, user.token)).toBe(200);
    await flows.idp.logout(flows.idp.known.client_id, user.provider.tokens()?.refresh_token ?? '');
    await eventually(async () => expect(await statusAt(asking, user.token)).toBe(401));
    // The other pods ask nobody: the JWT is good until it expires, as docs/authorization.md says.
    expect(await statuses(flows, user.token)).toEqual([200, 200]);
  });
}
