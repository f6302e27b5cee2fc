import { randomUUID } from 'node:crypto';
import type { Answer } from '../probe/request.ts';
import { type Finding, fault, unknown, warning, well } from './finding.ts';
import type { Visit } from './visit.ts';

/** How many connections look for a replica that does not know the session. */
const CONNECTIONS = 16;

/** The safe request of an era. */
export const pingOf = ({ era }: Visit): string => (era === 'modern' ? 'server/discover' : 'ping');

/** Each status with how often it came. */
function tally(statuses: readonly number[]): string {
  const counts = [...new Set(statuses)].map(
    (status) => `${statuses.filter((one) => one === status).length} × ${status}`,
  );
  return counts.join(', ');
}

async function statusesOf(visit: Visit, headers: Record<string, string> = {}): Promise<number[]> {
  const statuses: number[] = [];
  while (statuses.length < CONNECTIONS) {
    const answer = await visit.post(pingOf(visit), {}, headers);
    answer.cut();
    statuses.push(answer.status);
  }
  return statuses;
}

/** Whether every replica knows the session: each request goes over a new connection, so that a balancer chooses each time. */
export async function probeReplicas(visit: Visit): Promise<Finding> {
  if (visit.stripped) return unknown('the header of the session does not reach the server');
  const statuses = await statusesOf(visit);
  const refused = statuses.filter((status) => status === 404 || status === 400).length;
  const failed = statuses.filter((status) => status !== 200).length - refused;
  const what = visit.sessionId === undefined ? 'requests without a session' : 'requests of one session';
  const evidence = `${CONNECTIONS} ${what}, each on a new connection: ${tally(statuses)}`;
  if (failed > 0)
    return fault(evidence, 'Look at the logs of the balancer and of the replicas: requests fail at random.');
  if (refused === 0) return well(evidence);
  visit.lost = true;
  const remedy =
    'A replica does not know sessions that another one created. Let the replicas share sessions, serve without sessions, or make the balancer choose by Mcp-Session-Id.';
  return fault(evidence, remedy);
}

/** Whether the balancer must send a session to one replica, and does. */
export async function probeAffinity(visit: Visit, first: Answer['headers']): Promise<Finding> {
  if (visit.stripped) return unknown('the header of the session does not reach the server');
  const cookies = (first['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '');
  const names = cookies.map((cookie) => cookie.split('=', 1)[0]).join(', ');
  if (!visit.lost) {
    if (cookies.length === 0) return well('not needed: no request was refused, and no cookie was set');
    return warning(`not seen to be needed, but the answer sets ${names}`, 'Turn affinity off, so that load spreads.');
  }
  const remedy = 'MCP clients keep no cookies. Do not rely on affinity: share the sessions.';
  if (cookies.length === 0) return fault('needed, and the balancer has none: no cookie was set', remedy);
  visit.lost = false;
  const statuses = await statusesOf(visit, { cookie: cookies.join('; ') });
  visit.lost = true;
  return fault(`needed, by ${names}. With the cookie: ${tally(statuses)}`, remedy);
}

/** Clients begin a new session only if an unknown one is answered by 404. */
export async function probeUnknownSession(visit: Visit): Promise<Finding> {
  if (visit.sessionId === undefined) return unknown('the server keeps no sessions');
  const { status, cut } = await visit.post('ping', {}, { 'mcp-session-id': randomUUID() });
  cut();
  const evidence = `an unknown session was answered by ${status}`;
  if (status === 404) return well(evidence);
  return warning(evidence, 'Answer 404: only then do clients open a new session (transports, session management).');
}

/** Whether `Mcp-Protocol-Version` reaches the server. */
export async function probeVersionHeader(visit: Visit): Promise<Finding> {
  if (visit.lost) return unknown('refusals of replicas without the session hide the answer');
  const { status, cut } = await visit.post(pingOf(visit), {}, { 'mcp-protocol-version': '1900-01-01' });
  cut();
  const evidence = `Mcp-Protocol-Version: 1900-01-01 was answered by ${status}`;
  if (status === 400) return well(evidence);
  return warning(evidence, 'The server must answer 400. Either it ignores the header, or a proxy removes it.');
}

/** Whether a client can end its session. Ends it. */
export async function probeDelete(visit: Visit): Promise<Finding> {
  if (visit.sessionId === undefined) return unknown('the server keeps no sessions');
  const { status, cut } = await visit.send({ method: 'DELETE', headers: {} });
  cut();
  if (status === 405)
    return warning('405: the server ends sessions only by itself', 'Allow DELETE, or keep their lifetime short.');
  if (status !== 200 && status !== 204) return warning(`DELETE was answered by ${status}`, 'Answer 200 or 204.');
  const after = await statusesOf(visit);
  const evidence = `${status}; afterwards ${tally(after)}`;
  if (!after.includes(200)) return well(evidence);
  return fault(evidence, 'A replica still knows a session that its client has ended. Tell all replicas.');
}
