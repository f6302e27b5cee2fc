import { SESSION_VERSION } from '../probe/client.ts';
import { ProbeFailure } from '../probe/failure.ts';
import { metadataNamedIn, type ResourceMetadata, readResourceMetadata } from '../probe/protected-resource.ts';
import { type Answer, sendRequest } from '../probe/request.ts';
import { type Target, urlTarget } from '../probe/target.ts';
import { endSession, initialize } from './admission.ts';
import { judgeServer } from './authorization-server.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';

/** No server has it given to anybody. */
const WRONG_TOKEN = 'not-a-token-of-anybody';
/** So many authorization servers are looked at. */
const MOST_SERVERS = 3;
const PUBLIC_URL =
  'Tell the server the URL that its clients use: let proxies send X-Forwarded-Proto and X-Forwarded-Host, or configure it.';

/** Whether callers without credentials are refused as the specification says, so that clients can log in. */
export async function probeAuthorization(target: Target, timeoutMs: number): Promise<Finding> {
  const { headers = {}, ...bare } = target;
  const names = Object.keys(headers);
  if (names.length === 0) return unknown('no authorization is required');
  const answer = await knock(bare, timeoutMs);
  if (answer.status === 401) return judgeChallenge(bare, answer.headers, timeoutMs);
  const evidence = `a request without ${names.join(', ')} was answered by ${answer.status}`;
  return answer.status === 403 ? well(evidence) : warning(evidence, 'Anybody may call. Require credentials.');
}

/** Whether a 401 leads a client to the authorization server (RFC 9728 §5.1), whose metadata are read there, without credentials. */
export async function judgeChallenge(target: Target, headers: Answer['headers'], timeoutMs: number): Promise<Finding> {
  const remedy = 'Name the metadata in WWW-Authenticate: Bearer resource_metadata="https://…" (RFC 9728).';
  const challenge = headers['www-authenticate'];
  if (challenge === undefined) return fault('401 without WWW-Authenticate', remedy);
  const named = metadataNamedIn(headers);
  if (named === undefined) return warning(`401; ${challenge}`, remedy);
  if (!URL.canParse(named)) return fault(`401; resource_metadata is no URL: ${named}`, remedy);
  const scheme = target.secure ? 'https:' : 'http:';
  const url = new URL(named);
  if (url.protocol !== scheme && url.hostname === endpointOf(target).hostname) {
    return fault(`401 names ${named}, but the endpoint was reached by ${scheme.slice(0, -1)}`, PUBLIC_URL);
  }
  const metadata = await readMetadata(url, timeoutMs);
  if ('verdict' in metadata) return metadata;
  return judgeMetadata(target, metadata, timeoutMs);
}

async function readMetadata(url: URL, timeoutMs: number): Promise<ResourceMetadata | Finding> {
  const signal = AbortSignal.timeout(timeoutMs);
  const request = { method: 'GET', headers: { accept: 'application/json' } } as const;
  const answer = await sendRequest(urlTarget(url), request, signal).catch((error: unknown) => {
    if (error instanceof ProbeFailure) return error;
    throw error;
  });
  if (answer instanceof ProbeFailure) return fault(`401 names ${url.href}, which cannot be reached`, PUBLIC_URL);
  const text = await answer.text();
  if (answer.status !== 200)
    return fault(`401; ${url.href} was answered by ${answer.status}`, 'Serve the metadata there.');
  return readResourceMetadata(text) ?? fault(`401; ${url.href} is no JSON`, 'Serve the metadata as JSON.');
}

/** The first fault of what the metadata name, or else the first warning. */
async function judgeMetadata(target: Target, metadata: ResourceMetadata, timeoutMs: number): Promise<Finding> {
  const { resource, servers } = metadata;
  if (servers.length === 0) {
    return fault('401; the metadata name no authorization server', 'List authorization_servers.');
  }
  const found = [judgeResource(target, resource)];
  for (const server of servers.slice(0, MOST_SERVERS)) found.push(await judgeServer(server, timeoutMs));
  found.push(await judgeWrongToken(target, timeoutMs));
  const bad = found.filter((finding) => finding !== undefined);
  return (
    bad.find(({ verdict }) => verdict === 'fail') ??
    bad[0] ??
    well(`401 leads to ${servers.join(', ')}; a wrong token gets invalid_token`)
  );
}

const endpointOf = ({ secure, authority, path }: Target): URL =>
  new URL(path, `${secure ? 'https' : 'http'}://${authority}`);

/** RFC 9728 §3.3: clients must not use metadata of another resource than the URL that they call. */
function judgeResource(target: Target, resource: string | undefined): Finding | undefined {
  const endpoint = endpointOf(target);
  const own = `${endpoint.origin}${endpoint.pathname}`;
  if (resource === undefined || !URL.canParse(resource)) {
    return fault(`the metadata name no resource: ${resource}`, `Set resource to ${own}.`);
  }
  const url = new URL(resource);
  if (`${url.origin}${url.pathname}` === own) return undefined;
  const evidence = `the metadata are of ${url.href} , not of ${own}`;
  const isAbove = url.origin === endpoint.origin && endpoint.pathname.startsWith(url.pathname);
  if (isAbove) return warning(evidence, `Strict clients refuse that (RFC 9728 §3.3). Set resource to ${own}.`);
  return fault(evidence, `Clients refuse that (RFC 9728 §3.3). ${PUBLIC_URL}`);
}

/** Whether a client learns that its token is not valid any more, so that it gets another one (RFC 6750 §3.1). */
async function judgeWrongToken(target: Target, timeoutMs: number): Promise<Finding | undefined> {
  const headers = { authorization: `Bearer ${WRONG_TOKEN}` };
  const answer = await knock({ ...target, headers }, timeoutMs);
  const evidence = `a wrong token was answered by ${answer.status}`;
  if (answer.status === 200) return fault(evidence, 'Anybody may call who sends any token. Verify tokens.');
  if (answer.status !== 401) return fault(evidence, 'Answer 401: only then do clients get another token.');
  if (/\berror="?invalid_token\b/.test(answer.headers['www-authenticate'] ?? '')) return undefined;
  return warning(`${evidence} without error="invalid_token"`, 'Say so in WWW-Authenticate (RFC 6750 §3.1).');
}

/** Sends `initialize`, and ends the session if there is one. */
async function knock(target: Target, timeoutMs: number): Promise<Answer> {
  const { answer, sessionId } = await initialize(target, SESSION_VERSION, timeoutMs);
  if (sessionId !== undefined) await endSession(target, sessionId, SESSION_VERSION, timeoutMs);
  answer.cut();
  return answer;
}
