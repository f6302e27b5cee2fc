import { type Finding, fault, warning, well } from './finding.ts';
import { pingOf } from './sessions.ts';
import type { Visit } from './visit.ts';

const FORMS = ['application/json', 'text/event-stream', '*/*'];

/** What clients get that accept less than both forms. */
export async function probeAccept(visit: Visit): Promise<Finding> {
  const statuses: number[] = [];
  for (const accept of FORMS) {
    const answer = await visit.post(pingOf(visit), {}, { accept });
    answer.cut();
    statuses.push(answer.status);
  }
  const evidence = FORMS.map((form, index) => `${form}: ${statuses[index]}`).join('; ');
  if (statuses.every((status) => status === 200)) return well(evidence);
  if (statuses.every((status) => status === 200 || status === 406)) {
    return warning(evidence, 'Simple clients list one form only. Answer in the form that they can read.');
  }
  return fault(evidence, 'Answer in the form that the client can read, or 406.');
}

/** Whether the path with a slash at its end is the endpoint too. */
export async function probeSlash(visit: Visit): Promise<Finding> {
  const [path = '/', query] = visit.target.path.split('?');
  const other = path.endsWith('/') ? path.slice(0, -1) || '/' : `${path}/`;
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const target = query === undefined ? other : `${other}?${query}`;
  const { status, cut } = await visit.send({ method: 'POST', headers, body, path: target });
  cut();
  const evidence = `${other}: ${status}`;
  if (status >= 300 && status < 400) {
    return warning(evidence, 'A redirect loses the body or the credentials with many clients. Serve both paths.');
  }
  if (status === 404) return warning(evidence, 'Users will write both. Serve both paths.');
  return well(evidence);
}

const SIZES = [4096, 8192, 12_288];

/** How large a header may be, as a token in `Authorization` is. */
export async function probeHeaderSize(visit: Visit): Promise<Finding> {
  const taken: number[] = [];
  for (const size of SIZES) {
    const answer = await visit.post(pingOf(visit), {}, { 'x-anypod-doctor': 'a'.repeat(size) }).catch(() => undefined);
    answer?.cut();
    if (answer?.status !== 200) {
      const evidence = `a header of ${size} bytes was answered by ${answer?.status ?? 'no answer'}`;
      const remedy = 'Tokens can be as large as that. Raise the limit for headers of server and proxies.';
      return size === SIZES[0] ? fault(evidence, remedy) : warning(evidence, remedy);
    }
    taken.push(size);
  }
  return well(`headers of ${taken.join(', ')} bytes are taken`);
}

/** What a body that is no JSON is answered by. */
export async function probeBrokenBody(visit: Visit): Promise<Finding> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const answer = await visit.send({ method: 'POST', headers, body: '{"jsonrpc":' });
  const text = await answer.text();
  const code = /"code":\s*(-\d+)/.exec(text)?.[1];
  const evidence = `half a message was answered by ${answer.status}${code === undefined ? '' : `, code ${code}`}`;
  if (answer.status === 400 && code === '-32700') return well(evidence);
  return warning(evidence, 'Answer 400 with a JSON-RPC error of code -32700, so that clients can tell what is wrong.');
}
