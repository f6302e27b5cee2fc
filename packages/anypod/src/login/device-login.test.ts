import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type DevicePrompt, loginByDevice } from './device-login.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** What the servers say at each path. */
const saidAt = (origin: string, device: boolean): Readonly<Record<string, object>> => ({
  '/.well-known/oauth-protected-resource/mcp': {
    ...{ resource: `${origin}/mcp`, authorization_servers: [origin], scopes_supported: ['mcp'] },
  },
  '/.well-known/oauth-authorization-server': {
    ...{ issuer: origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` },
    ...{ response_types_supported: ['code'], registration_endpoint: `${origin}/register` },
    ...(device && { device_authorization_endpoint: `${origin}/device` }),
  },
  '/register': { client_id: 'registered', redirect_uris: [] },
  '/device': { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: `${origin}/enter`, interval: 0.01 },
});

function statusOf(body: object | undefined): number {
  if (body === undefined) return 404;
  return 'error' in body ? 400 : 200;
}

/** An endpoint and its authorization server. `answers` are those of the token endpoint, in turn. */
async function start(answers: readonly object[], device = true) {
  const forms: Record<string, string>[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await request.toArray()).toString();
    const path = request.url ?? '';
    if (path === '/device' || path === '/token') forms.push(Object.fromEntries(new URLSearchParams(text)));
    const said = saidAt(`http://${request.headers.host}`, device);
    const body = path === '/token' ? answers[forms.length - 2] : said[path];
    response.writeHead(statusOf(body), { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const prompts: DevicePrompt[] = [];
  const signal = AbortSignal.timeout(30_000);
  const login = (clientId?: string) =>
    loginByDevice({ url, clientId, show: (prompt) => void prompts.push(prompt), signal });
  return { url, forms, prompts, login };
}

const PENDING = { error: 'authorization_pending' };

it('shows a page and a code, and waits until the user has entered it [host.doctor.login]', async () => {
  const { url, forms, prompts, login } = await start([PENDING, PENDING, { access_token: 'a token' }]);
  expect(await login()).toBe('a token');
  expect(prompts).toEqual([{ page: `${url.origin}/enter`, code: 'ABCD-EFGH' }]);
  expect(forms[0]).toEqual({ client_id: 'registered', resource: url.href, scope: 'mcp' });
  expect(forms.at(-1)).toMatchObject({ grant_type: expect.stringMatching(/device_code$/), device_code: 'd' });
});

it('takes the id under which the authorization server knows it', async () => {
  const { forms, login } = await start([{ access_token: 'a token' }]);
  await login('known');
  expect(forms.map(({ client_id }) => client_id)).toEqual(['known', 'known']);
});

it('says that the user refused, and that there is no such login', async () => {
  const { login } = await start([{ error: 'access_denied' }]);
  await expect(login()).rejects.toThrow('refused: access_denied');
  await expect((await start([], false)).login()).rejects.toThrow(/no login for devices. Pass a token/);
});
