import { describe, expect, it } from 'vitest';
import { bearer, callerOf, createWorld } from './gate.fixture.ts';

describe('scopes', () => {
  const scopes = {
    required: ['mcp'],
    tools: { 'delete_*': ['write'], '*': ['call'] },
    prompts: { secret: ['write'] },
    resources: { 'file:///secret/*': ['secret'] },
    implies: { admin: ['write', 'secret'], write: ['call'], call: ['mcp'] },
  };
  const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
  const read = (uri: string) => ({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } });

  it.each<[string, unknown, string, string | undefined]>([
    ['any request', { method: 'tools/list' }, 'mcp', undefined],
    ['any request without its scope', { method: 'initialize' }, '', 'mcp'],
    ['a tool', call('look'), 'mcp', 'mcp call'],
    ['a tool of two patterns', call('delete_all'), 'call', 'mcp write call'],
    ['a tool through implied scopes', call('delete_all'), 'admin', undefined],
    ['a prompt', { method: 'prompts/get', params: { name: 'secret' } }, 'mcp', 'mcp write'],
    [
      'a completion of a prompt',
      { method: 'completion/complete', params: { ref: { type: 'ref/prompt', name: 'secret' } } },
      'mcp',
      'mcp write',
    ],
    ['a resource', read('file:///secret/x'), 'write', 'mcp secret'],
    ['a resource by a detour', read('file:///public/../secret/x'), 'write', 'mcp secret'],
    ['a resource in other letters', read('FILE:///secret/x'), 'write', 'mcp secret'],
    ['a subscription', { method: 'resources/subscribe', params: { uri: 'file:///secret/x' } }, 'write', 'mcp secret'],
    [
      'a listen stream',
      { method: 'subscriptions/listen', params: { notifications: { resourceSubscriptions: ['file:///secret/x'] } } },
      'write',
      'mcp secret',
    ],
    ['a batch', [call('look'), call('delete_all')], 'call', 'mcp call write'],
    ['a name of the prototype', call('constructor'), 'call', undefined],
    ['params that are none', { method: 'tools/call', params: null }, 'mcp', undefined],
  ])('for %s [auth.scope.configured]', async (_name, body, scope, missing) => {
    const world = await createWorld({ scopes });
    const authInfo = await world.admit(bearer(await world.token({ scope })));
    const permit = () => world.gate.permit({ ...callerOf({}), authInfo }, body);
    if (missing === undefined) return expect(permit).not.toThrow();
    expect(permit).toThrow(
      expect.objectContaining({
        status: 403,
        headers: {
          'www-authenticate': expect.stringContaining(
            `Bearer error="insufficient_scope", error_description="The token lacks a scope that this call needs.", scope="${missing}"`,
          ),
        },
      }),
    );
  });

  it('are judged after the expiry of the token [auth.token.expiry-first]', async () => {
    const world = await createWorld({ scopes });
    const expired = await world.token({ scope: '', exp: world.now() / 1000 - 60 });
    expect((await world.refused(bearer(expired))).status).toBe(401);
  });

  it('match names in linear time [auth.scope.configured]', async () => {
    const world = await createWorld({ scopes: { tools: { 'a*a*a*a*a*b': ['x'] } } });
    const authInfo = await world.admit(bearer(await world.token()));
    world.gate.permit({ ...callerOf({}), authInfo }, call('a'.repeat(200_000)));
  });
});
