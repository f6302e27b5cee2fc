import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Pod, startPod } from '../lib/pods.ts';
import { CHART } from './helm.ts';
import { render } from './render.ts';
import type { Values } from './values.ts';

const VALUES = parse(readFileSync(join(CHART, 'ci/authorization-values.yaml'), 'utf8')) as Values;
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';

describe('a pod with the authorization of the chart', () => {
  let pod: Pod;
  beforeAll(async () => {
    const { env } = await render(VALUES);
    const given = ['ANYPOD_AUTH', 'ANYPOD_TRUSTED_PROXIES'].map((name) => [name, String(env(name))]);
    pod = await startPod({
      module: 'examples/customer-tools/server.ts',
      env: { ...Object.fromEntries(given), ANYPOD_INTROSPECTION_SECRET: 'from-the-secret' },
    });
  });
  afterAll(() => pod?.stop());

  it('takes it, and tells clients where they get a token [chart.auth]', async () => {
    const answer = await fetch(pod.url, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain(`Bearer scope="mcp", resource_metadata="${METADATA}"`);
    const metadata = await fetch(`${pod.origin}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({
      resource: 'https://mcp.example.com/mcp',
      authorization_servers: ['https://login.example.com', 'https://login.beta.example:8443/realms/beta'],
      scopes_supported: ['mcp', 'files:write'],
      resource_name: 'Weather',
      resource_documentation: 'https://docs.example.com',
    });
  });
});
