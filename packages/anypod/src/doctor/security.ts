import { type Answer, sendRequest } from '../check/request.ts';
import type { Target } from '../check/target.ts';
import { endSession, initialize } from './admission.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';
import { pingOf } from './sessions.ts';
import { SESSION_VERSION, type Visit } from './visit.ts';

/** Whether a web page of another site may call: a browser on the user's machine reaches servers that the site cannot. */
export async function probeOrigin(visit: Visit): Promise<Finding> {
  const { status, cut } = await visit.post(pingOf(visit), {}, { origin: 'https://elsewhere.invalid' });
  cut();
  const evidence = `a request with Origin: https://elsewhere.invalid was answered by ${status}`;
  if (status === 403) return well(evidence);
  return warning(evidence, 'Refuse other origins with 403 (transports, security warning), against DNS rebinding.');
}

/** Whether callers without credentials are refused as the specification says, so that clients can log in. */
export async function probeAuthorization(target: Target, timeoutMs: number): Promise<Finding> {
  const { headers = {}, ...bare } = target;
  const names = Object.keys(headers);
  if (names.length === 0) return unknown('no authorization is required');
  const { answer, sessionId } = await initialize(bare, SESSION_VERSION, timeoutMs);
  if (sessionId !== undefined) await endSession(bare, sessionId, SESSION_VERSION, timeoutMs);
  if (answer.status === 401) return judgeChallenge(bare, answer.headers, timeoutMs);
  const evidence = `a request without ${names.join(', ')} was answered by ${answer.status}`;
  return answer.status === 403 ? well(evidence) : warning(evidence, 'Anybody may call. Require credentials.');
}

/** Whether a 401 leads a client to the authorization server (RFC 9728 §5.1). */
export async function judgeChallenge(target: Target, headers: Answer['headers'], timeoutMs: number): Promise<Finding> {
  const remedy = 'Name the metadata in WWW-Authenticate: Bearer resource_metadata="https://…" (RFC 9728).';
  const challenge = headers['www-authenticate'];
  if (challenge === undefined) return fault('401 without WWW-Authenticate', remedy);
  const named = /resource_metadata="?([^",\s]+)/i.exec(challenge)?.[1];
  if (named === undefined) return warning(`401; ${challenge}`, remedy);
  if (!URL.canParse(named)) return fault(`401; resource_metadata is no URL: ${named}`, remedy);
  const url = new URL(named);
  const at = { ...target, path: `${url.pathname}${url.search}` };
  if (url.host !== target.authority) return unknown(`401; the metadata are elsewhere: ${named}`);
  const answer = await sendRequest(at, { method: 'GET', headers: {} }, AbortSignal.timeout(timeoutMs));
  const text = await answer.text();
  const servers = answer.status === 200 ? serversIn(text) : undefined;
  if (servers === undefined)
    return fault(`401; ${named} was answered by ${answer.status}`, 'Serve the metadata as JSON.');
  if (servers.length === 0)
    return fault('401; the metadata name no authorization server', 'List authorization_servers.');
  return well(`401 leads to ${servers.join(', ')}`);
}

function serversIn(text: string): readonly string[] | undefined {
  try {
    return (JSON.parse(text) as { authorization_servers?: string[] }).authorization_servers ?? [];
  } catch {
    return undefined;
  }
}
