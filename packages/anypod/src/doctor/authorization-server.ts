import { ProbeFailure } from '../probe/failure.ts';
import { readJsonObject } from '../probe/protected-resource.ts';
import { sendRequest } from '../probe/request.ts';
import { urlTarget } from '../probe/target.ts';
import { type Finding, fault, warning } from './finding.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The places of the metadata, in the order of MCP (authorization, authorization server metadata discovery). */
function placesOf({ origin, pathname }: URL): readonly URL[] {
  const path = pathname.replace(/\/$/, '');
  const places = [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    `${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(places)].map((place) => new URL(place, origin));
}

/** What is wrong with an authorization server that the metadata of a resource name. Undefined: clients can log in there. */
export async function judgeServer(name: string, timeoutMs: number): Promise<Finding | undefined> {
  const url = URL.canParse(name) ? new URL(name) : undefined;
  if (url === undefined) {
    return fault(`an authorization server is no URL: ${name}`, 'List issuers in authorization_servers, as URLs.');
  }
  if (url.protocol !== 'https:' && !LOOPBACK.includes(url.hostname)) {
    return fault(
      `the authorization server ${name} has no https`,
      'Clients refuse it: they would send codes in the clear.',
    );
  }
  try {
    return judgeServerMetadata(name, await readServer(url, timeoutMs));
  } catch (error) {
    if (!(error instanceof ProbeFailure || (error as Error).name === 'TimeoutError')) throw error;
    const evidence = `the authorization server ${name} cannot be reached from here`;
    return warning(evidence, 'Clients must reach it. If yours do, run the doctor where they are.');
  }
}

/** The first metadata at the server's places. Undefined: no place has some. */
async function readServer(url: URL, timeoutMs: number): Promise<Readonly<Record<string, unknown>> | undefined> {
  for (const place of placesOf(url)) {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await sendRequest(
      urlTarget(place),
      { method: 'GET', headers: { accept: 'application/json' } },
      signal,
    );
    const body = readJsonObject(await answer.text());
    if (answer.status === 200 && body !== undefined) return body;
  }
  return undefined;
}

function judgeServerMetadata(
  name: string,
  metadata: Readonly<Record<string, unknown>> | undefined,
): Finding | undefined {
  const its = `the authorization server ${name}`;
  if (metadata === undefined) {
    return fault(`${its} has no metadata`, 'Serve its metadata at /.well-known/oauth-authorization-server (RFC 8414).');
  }
  const { issuer, code_challenge_methods_supported: methods } = metadata;
  if (issuer !== name) {
    const evidence = `the metadata of ${name} have the issuer ${String(issuer)}`;
    const remedy =
      'Clients take no metadata of another issuer (RFC 8414 §3.3). Name it in authorization_servers just as it names itself.';
    const isSlash = typeof issuer === 'string' && issuer.replace(/\/$/, '') === name.replace(/\/$/, '');
    return isSlash ? warning(evidence, remedy) : fault(evidence, remedy);
  }
  const missing = ['authorization_endpoint', 'token_endpoint'].filter((field) => typeof metadata[field] !== 'string');
  if (missing.length > 0) return fault(`${its} names no ${missing.join(' and no ')}`, 'Clients cannot log in without.');
  if (!Array.isArray(methods) || !methods.includes('S256')) {
    return fault(
      `${its} does not offer PKCE with S256`,
      'Clients must refuse it. Support S256, and list it in code_challenge_methods_supported.',
    );
  }
  return undefined;
}
