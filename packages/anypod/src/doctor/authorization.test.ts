import { expect, test } from 'vitest';
import { urlTarget } from '../probe/target.ts';
import { judgeChallenge } from './authorization.ts';

const named = (url: string) => ({ 'www-authenticate': `Bearer resource_metadata="${url}"` });

test('finds the server that names http because TLS ends at a proxy [host.doctor.authorization]', async () => {
  const target = urlTarget(new URL('https://mcp.example.com/mcp'));
  const finding = await judgeChallenge(target, named('http://mcp.example.com/.well-known/x'), 1000);
  expect(finding).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining('the endpoint was reached by https'),
    remedy: expect.stringContaining('X-Forwarded-Proto'),
  });
});
