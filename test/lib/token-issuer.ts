import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Signs tokens as the test wants them, which no real authorization server would. It publishes its keys and answers about opaque tokens. */
export interface TokenIssuer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The published keys. The first one signs. */
  readonly keys: IssuerKey[];
  /** What it answers about opaque tokens. */
  readonly opaque: Map<string, object>;
  /** While true, it takes requests for its keys and never answers them. */
  hangs: boolean;
  /** How many requests it got, by path. */
  readonly asked: Map<string, number>;
  /** `claims` replace the usual ones: undefined leaves one out. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: IssuerKey): Promise<string>;
  stop(): Promise<void>;
}

export async function createIssuerKey(kid: string = randomUUID()): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

export async function startTokenIssuer(audience: string): Promise<TokenIssuer> {
  const keys = [await createIssuerKey('first')];
  const opaque = new Map<string, object>();
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (path === '/introspect') void introspect(request, response);
    else if (path === '/jwks' && issuer.hangs) return;
    else if (path === '/jwks') answer(response, { keys: keys.map(({ jwk }) => jwk) });
    else if (path === '/.well-known/oauth-authorization-server')
      answer(response, { issuer: url, jwks_uri: `${url}/jwks` });
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    answer(response, opaque.get(new URLSearchParams(body).get('token') ?? '') ?? { active: false });
  }

  const issuer: TokenIssuer = {
    url,
    keys,
    opaque,
    hangs: false,
    asked,
    token(claims = {}, header = {}, key = keys[0] as IssuerKey) {
      const exp = Math.floor(Date.now() / 1000) + 3600;
      const all = {
        iss: url,
        sub: 'ann',
        aud: audience,
        client_id: 'app',
        exp,
        scope: 'mcp',
        jti: randomUUID(),
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(key.privateKey);
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return issuer;
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
