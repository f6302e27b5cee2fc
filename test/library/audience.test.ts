import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { type Anypod, createAnypod, type NotifyAudience } from 'anypod';
import { createMemoryStore } from 'anypod/memory';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { noticingStream } from '../lib/pod-choosing-fetch.ts';
import { createIssuerKey, type IssuerKey } from '../lib/token-issuer.ts';

const RESOURCE = 'http://localhost/mcp';
const ISSUER = 'https://issuer.test';

let pods: readonly [Anypod, Anypod];
let key: IssuerKey;

beforeAll(async () => {
  key = await createIssuerKey();
  const createServer = () =>
    new McpServer({ name: 'library', version: '1' }, { capabilities: { tools: { listChanged: true } } });
  const issuers = [{ issuer: ISSUER, jwks: { keys: [key.jwk] as never }, claims: { tenant: 'tenant' } }];
  const auth = { issuers, publicUrls: [RESOURCE] };
  const shared = { createServer, auth, store: createMemoryStore(), secrets: ['a secret of at least thirty-two bytes'] };
  pods = [await createAnypod(shared), await createAnypod(shared)];
});

afterAll(async () => {
  await Promise.all(pods.map((pod) => pod.close()));
});

interface Listener {
  readonly client: Client;
  readonly heard: string[];
}

/** The official client of one user, whose requests go to one pod with a token. */
async function listener(pod: Anypod, mode: 'legacy' | { pin: string }, tenant: string, sub: string): Promise<Listener> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { iss: ISSUER, aud: RESOURCE, sub, tenant, client_id: 'app', exp };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(key.privateKey);
  const heard: string[] = [];
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  client.fallbackNotificationHandler = async ({ method }) => void heard.push(method);
  const { fetch, opened } = noticingStream((url, init) => pod.fetch(new Request(url, init)));
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(RESOURCE), { fetch, requestInit }));
  if (mode === 'legacy') await opened;
  else await client.listen({ toolsListChanged: true });
  return { client, heard };
}

test('a change for a tenant or a principal reaches its clients of both eras on all pods, and no others [auth.notify]', async () => {
  const [one, other] = pods;
  const modes = ['legacy', { pin: '2026-07-28' }] as const;
  const open = (tenant: string, sub: string) => Promise.all(modes.map((mode) => listener(other, mode, tenant, sub)));
  const ann = await open('acme', 'ann');
  const eve = await open('acme', 'eve');
  const bob = await open('beta', 'ann');
  const principal = { clientId: 'app', extra: { iss: ISSUER, sub: 'ann', tenant: 'acme' } };

  async function heardAfter(audience: NotifyAudience | undefined): Promise<number[][]> {
    const all = [ann, eve, bob].flat();
    for (const { heard } of all) heard.length = 0;
    await one.notify.toolsChanged(audience);
    // Changes come in order. So whoever has heard of the later one for all has heard of the earlier one, or will not.
    await one.notify.promptsChanged();
    await eventually(() => expect(ann.every(({ heard }) => heard.length > 0)).toBe(true));
    return [ann, eve, bob].map((two) =>
      two.map(({ heard }) => heard.filter((method) => method.includes('tools')).length),
    );
  }

  expect(await heardAfter({ principal })).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  expect(await heardAfter({ tenant: 'acme' })).toEqual([
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  expect(await heardAfter(undefined)).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  await Promise.all([ann, eve, bob].flat().map(({ client }) => client.close()));
});
