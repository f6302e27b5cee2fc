import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { MemoryProvider } from '../../examples/auth-client/memory-provider.ts';
import { eventually } from '../cluster/settle.ts';
import { CUSTOMER, type Flows, REPORT, statusAt } from './flows.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** The flows of `make client-auth` against an identity provider that this project did not write. */
export function describeFlows(name: string, flows: Flows<IdentityProvider>): void {
  describe(`${name} and two pods`, () => {
    testLogin(flows);
    testScopes(flows);
    testEnds(flows);
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
    const code = await flows.idp.login(provider.authorizationUrl as URL);
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

function testEnds(flows: Flows<IdentityProvider>): void {
  test('new keys work without a restart, and a withdrawn key ends its tokens [auth.keys.rotation] [auth.keys.withdrawn]', async () => {
    const user = await flows.open({ known: flows.idp.known });
    const { token } = user;
    const rotation = await flows.idp.rotateKeys();
    await user.refresh();
    const kids = [token, user.token].map((one) => decodeProtectedHeader(one).kid);
    expect(new Set(kids).size).toBe(2);
    // A pod that has asked for keys a short time ago does not ask again at once.
    await eventually(async () => expect(await statuses(flows, user.token)).toEqual([200, 200]));
    expect(await statuses(flows, token)).toEqual([200, 200]);

    await rotation.withdraw();
    await flows.idp.rotateKeys();
    await user.refresh();
    await eventually(async () => {
      expect(await statuses(flows, user.token)).toEqual([200, 200]);
      expect(await statuses(flows, token)).toEqual([401, 401]);
    });
    await user.client.close();
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
