import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a stub does wrong with authorization. Without any of them it lets every caller in. */
export type LoginFault =
  | 'protected'
  | 'no challenge'
  | 'challenge of another scheme'
  | 'challenge without metadata'
  | 'metadata is no url'
  | 'metadata by https'
  | 'metadata elsewhere'
  | 'metadata 404'
  | 'metadata is no json'
  | 'resource missing'
  | 'resource elsewhere'
  | 'resource by https'
  | 'resource of all paths'
  | 'servers missing'
  | 'server is no url'
  | 'server by http'
  | 'server unreachable'
  | 'server without metadata'
  | 'server with openid metadata'
  | 'server is another'
  | 'server without endpoints'
  | 'server without pkce'
  | 'wrong token taken'
  | 'wrong token 403'
  | 'wrong token without error';

export const TOKEN = 'right';
const METADATA = '/.well-known/oauth-protected-resource/mcp';
const OAUTH = '/.well-known/oauth-authorization-server/login';
const OPENID = '/login/.well-known/openid-configuration';

type Has = (fault: LoginFault) => boolean;

/** Refuses a caller without the token, and serves what leads it to the authorization server. False: the request is for others. */
export function guard(request: IncomingMessage, response: ServerResponse, has: Has): boolean {
  const origin = `http://${request.headers.host}`;
  const body = documentAt(request.url ?? '', origin, has);
  if (body !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    return true;
  }
  if (request.url?.includes('.well-known') === true) {
    response.writeHead(404).end();
    return true;
  }
  const token = /^Bearer (.*)/.exec(request.headers.authorization ?? '')?.[1];
  if (!has('protected') || token === TOKEN) return false;
  if (token !== undefined && has('wrong token taken')) return false;
  const challenge = challengeOf(origin, token, has);
  const status = token !== undefined && has('wrong token 403') ? 403 : 401;
  response.writeHead(status, challenge === undefined ? {} : { 'www-authenticate': challenge }).end();
  return true;
}

function documentAt(path: string, origin: string, has: Has): string | undefined {
  if (path === METADATA && !has('metadata 404')) return has('metadata is no json') ? '<html>' : resourceOf(origin, has);
  if (has('server without metadata')) return undefined;
  if (path === (has('server with openid metadata') ? OPENID : OAUTH)) return serverOf(origin, has);
  return undefined;
}

function resourceOf(origin: string, has: Has): string {
  const resource = has('resource elsewhere')
    ? 'https://elsewhere.invalid/mcp'
    : has('resource by https')
      ? `${origin.replace('http:', 'https:')}/mcp`
      : `${origin}${has('resource of all paths') ? '' : '/mcp'}`;
  const server = has('server is no url')
    ? 'not a url'
    : has('server by http')
      ? 'http://login.invalid'
      : has('server unreachable')
        ? 'https://127.0.0.1:1'
        : `${origin}/login`;
  return JSON.stringify({
    ...(has('resource missing') ? {} : { resource }),
    ...(has('servers missing') ? {} : { authorization_servers: [server] }),
  });
}

function serverOf(origin: string, has: Has): string {
  const issuer = has('server is another') ? 'https://elsewhere.invalid' : `${origin}/login`;
  const endpoints = {
    authorization_endpoint: `${origin}/login/authorize`,
    token_endpoint: `${origin}/login/token`,
  };
  return JSON.stringify({
    issuer,
    response_types_supported: ['code'],
    ...(has('server without endpoints') ? {} : endpoints),
    ...(has('server without pkce') ? {} : { code_challenge_methods_supported: ['S256'] }),
  });
}

function challengeOf(origin: string, token: string | undefined, has: Has): string | undefined {
  if (has('no challenge')) return undefined;
  if (has('challenge of another scheme')) return 'Basic realm="mcp"';
  const named = has('metadata is no url')
    ? 'nonsense'
    : has('metadata elsewhere')
      ? `http://127.0.0.1:1${METADATA}`
      : `${has('metadata by https') ? origin.replace('http:', 'https:') : origin}${METADATA}`;
  const fields = [
    ...(token === undefined || has('wrong token without error') ? [] : ['error="invalid_token"']),
    ...(has('challenge without metadata') ? ['realm="mcp"'] : [`resource_metadata="${named}"`]),
  ];
  return `Bearer ${fields.join(', ')}`;
}
