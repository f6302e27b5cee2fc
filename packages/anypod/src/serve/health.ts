import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RPC, rpcError } from '../core/json/rpc-error.ts';

/** What the probes report. `serve` sets it. */
export interface Health {
  /** The pod has reached the store and built the server. */
  started: boolean;
  draining: boolean;
}

/**
 * Serves the probes, and answers every path other than the endpoint at `path`. `/livez` says that the process answers, `/readyz` that requests may
 * come, `/startupz` that the start has ended. No probe asks the store: a restart of pods does not repair Redis. If the balancer removed all pods at
 * once, calls that need no store would fail too, and the other clients would not get the pods' 503. `/` answers like `/readyz`, because the load
 * balancers of some clouds probe it unless they are told another path, and take a pod with 404 out of service.
 *
 * It needs no router: to load Express would be a sixth of a pod's start.
 */
export function createHealthListener(health: Health, path: string): RequestListener {
  /** What is wrong where the probe is red. */
  const probes: Readonly<Record<string, () => string | undefined>> = {
    '/livez': () => undefined,
    '/startupz': () => unstarted(health),
    '/readyz': () => unready(health),
  };
  return (request, response) => {
    const at = pathOf(request);
    const probe = Object.hasOwn(probes, at) ? probes[at] : undefined;
    if (probe === undefined && at === '/' && isRead(request)) {
      tell(response, unready(health), `ok. The MCP endpoint is at ${path}.`);
    } else if (probe === undefined) {
      refuse(response, 404, `Nothing is served at this path. The MCP endpoint is at ${path}.`);
    } else if (isRead(request)) {
      tell(response, probe());
    } else {
      response.setHeader('allow', 'GET, HEAD');
      refuse(response, 405, 'Use GET for a probe.');
    }
  };
}

/** The path in lower case and without a slash at its end. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1).toLowerCase() : path.toLowerCase();
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function tell(response: ServerResponse, reason: string | undefined, ok = 'ok'): void {
  answer(response, reason === undefined ? 200 : 503, 'text/plain', `${reason ?? ok}\n`);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  answer(response, status, 'application/json', JSON.stringify(rpcError(null, RPC.refused, message)));
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

function unstarted({ started }: Health): string | undefined {
  return started ? undefined : 'starting';
}

function unready(health: Health): string | undefined {
  return unstarted(health) ?? (health.draining ? 'draining' : undefined);
}
