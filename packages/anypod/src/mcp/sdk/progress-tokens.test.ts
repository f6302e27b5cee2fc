import { expect, it } from 'vitest';
import { openToken, sealToken } from './progress-tokens.ts';

const request = (progressToken: unknown) =>
  ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', _meta: { progressToken, other: 1 } } }) as const;

it.each([1.5, 1e300, -0.25, 'anypod/token:', 'anypod/token:1.5', 'anypod/token:"anypod/token:"'])(
  'gives the server another token than %j, and the client its own',
  (token) => {
    const sealed = sealToken(request(token)).params._meta;
    expect(sealed).toMatchObject({ progressToken: expect.stringMatching(/^anypod\/token:/), other: 1 });
    expect(sealed.progressToken).not.toBe(token);
    const params = { progressToken: sealed.progressToken, progress: 1 };
    const message = openToken({ jsonrpc: '2.0', method: 'notifications/progress', params });
    expect(message.params).toEqual({ progressToken: token, progress: 1 });
  },
);

it.each([0, 7, 'text', ''])('leaves token %j alone', (token) => {
  const given = request(token);
  expect(sealToken(given)).toBe(given);
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token } } as const;
  expect(openToken(progress)).toBe(progress);
});

it('leaves other messages alone', () => {
  const log = { jsonrpc: '2.0', method: 'notifications/message', params: { progressToken: 'anypod/token:1' } } as const;
  expect(openToken(log)).toBe(log);
  const bare = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;
  expect(sealToken(bare)).toBe(bare);
});
