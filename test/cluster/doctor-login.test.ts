import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../lib/free-port.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { createIssuerKey } from '../lib/token-issuer.ts';
import { runAnypod } from './command.ts';
import { FIXTURE_V1 } from './deployment.ts';
import type { Diagnosis } from './doctor-tables.ts';

const CODE = 'ABCD-EFGH';

let login: Server;
let issuer = '';
let pod: Pod;
let token: () => Promise<string>;
/** What the authorization server says about the login, in turn. */
let answers: (() => Promise<object>)[] = [];

beforeAll(async () => {
  const key = await createIssuerKey();
  login = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(login, 'listening');
  issuer = `http://127.0.0.1:${(login.address() as AddressInfo).port}`;
  const said: Readonly<Record<string, object>> = {
    '/.well-known/oauth-authorization-server': {
      ...{ issuer, jwks_uri: `${issuer}/jwks`, registration_endpoint: `${issuer}/register` },
      ...{ authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ response_types_supported: ['code'], code_challenge_methods_supported: ['S256'] },
      device_authorization_endpoint: `${issuer}/device`,
    },
    '/jwks': { keys: [key.jwk] },
    '/register': { client_id: 'doctor', redirect_uris: [] },
    '/device': { device_code: 'd', user_code: CODE, verification_uri: `${issuer}/enter`, interval: 0.01 },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await text(request);
    const body = request.url === '/token' ? await answers.shift()?.() : said[request.url ?? ''];
    const status = body === undefined ? 404 : 'error' in body ? 400 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  }

  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const env = { ANYPOD_AUTH_ISSUERS: issuer, ANYPOD_PUBLIC_URL: resource };
  pod = await startPod({ module: FIXTURE_V1, port, env });
  token = () =>
    new SignJWT({ iss: issuer, sub: 'ann', aud: resource, exp: Math.floor(Date.now() / 1000) + 3600 })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .sign(key.privateKey);
});
afterAll(async () => {
  await pod?.stop();
  login?.close().closeAllConnections();
});

const doctor = (...flags: string[]) => runAnypod('doctor', pod.url, '--json', '--watch', '1000', ...flags);

test('the doctor logs in by a code, and probes with the token that it gets [host.doctor.login]', async () => {
  const pending = async () => ({ error: 'authorization_pending' });
  answers = [pending, async () => ({ access_token: await token() })];
  const { code, stdout, stderr } = await doctor('--device-login');
  expect(stderr).toContain(`Open ${issuer}/enter on any device, and enter the code ${CODE}`);
  const { rows, server } = JSON.parse(stdout) as Diagnosis;
  expect(rows.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(server).toContain('cluster-fixture');
  expect(rows.find(({ id }) => id === 'authorization')).toMatchObject({
    verdict: 'ok',
    evidence: `401 leads to ${issuer}; a wrong token gets invalid_token`,
  });
  expect(code).toBe(0);
});

test('without a token it says that one is needed, and where from', async () => {
  const { code, stdout } = await doctor();
  const { rows } = JSON.parse(stdout) as Diagnosis;
  expect(rows.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['answers', 'fail'],
    ['authorization', 'ok'],
  ]);
  expect(code).toBe(3);
});

test('it probes nothing if its user refuses', async () => {
  answers = [async () => ({ error: 'access_denied' })];
  expect(await doctor('--device-login')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('The login was refused: access_denied'),
  });
});
