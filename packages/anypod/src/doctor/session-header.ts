import { type Answer, postMessage } from '../probe/request.ts';
import { type Finding, fault, unknown, well } from './finding.ts';
import type { Visit } from './visit.ts';

/** So many replicas may miss the session before its header is blamed. */
const TRIES = 8;
const TO_SERVER = 'A proxy removes Mcp-Session-Id from requests. Let it pass, also where it lists allowed headers.';
const TO_CLIENT = 'A proxy removes Mcp-Session-Id from answers. Let it pass, and expose it to browsers.';

interface Said {
  readonly status: number;
  readonly text: string;
}

async function said(answer: Answer): Promise<Said> {
  return { status: answer.status, text: (await answer.text()).slice(0, 300) };
}

/** Whether `Mcp-Session-Id` reaches the server and the client. */
export async function probeSessionHeader(visit: Visit): Promise<Finding> {
  if (visit.era === 'modern') return unknown('2026-07-28 has no sessions');
  if (visit.sessionId === undefined) return judgeMissing(await said(await visit.post('ping')));
  let last: Said | undefined;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    last = await said(await visit.post('ping'));
    if (last.status === 200) return well(`request ${attempt} of the session was taken`);
  }
  const headers = { 'mcp-protocol-version': visit.version };
  const message = { id: 'ping', method: 'ping' };
  const without = await said(await postMessage(visit.target, message, headers, visit.signal()));
  const evidence = `${TRIES} requests of the session were answered by ${last?.status}`;
  if (without.status !== last?.status || without.text !== last.text) {
    return unknown(evidence, 'See the next row: more replicas than that may not know the session.');
  }
  visit.stripped = true;
  return fault(`${evidence}, just as without the header`, TO_SERVER);
}

/** The answer to a request without the header, where `initialize` gave none. */
function judgeMissing({ status, text }: Said): Finding {
  if (status === 200) return unknown('the server keeps no sessions');
  const evidence = `initialize gave no session, and a request without one was answered by ${status}`;
  return /session/i.test(text) ? fault(evidence, TO_CLIENT) : unknown(evidence);
}
