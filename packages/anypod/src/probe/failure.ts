import type { JsonRpcResponse } from '../core/json/json-rpc.ts';

/** A request had no answer of use. The message says what was seen, and what to do. */
export class ProbeFailure extends Error {
  readonly evidence: string;
  readonly remedy: string;

  constructor(evidence: string, remedy: string) {
    super(`${evidence} ${remedy}`);
    this.name = 'ProbeFailure';
    this.evidence = evidence;
    this.remedy = remedy;
  }
}

/** A request had no answer at all. */
export class NoAnswer extends ProbeFailure {
  override name = 'NoAnswer';
}

export const IS_ENDPOINT = 'Check that the URL is an MCP endpoint.';
export const LOOK_AT_LOG = 'Look at the log of the pod.';
const ALIKE = 'All pods need the same REDIS_URL, ANYPOD_SECRET and ANYPOD_PREFIX.';

/** What an answer with an unexpected status means; `text` is its body. */
export function refused(
  { label }: { readonly label: string },
  status: number,
  text: string,
  inSession: boolean,
): ProbeFailure {
  const said = reasonIn(text);
  const what = `${label} answered ${status}${said === '' ? '.' : `: ${said}`}`;
  return new ProbeFailure(what, remedy(status, inSession));
}

/** The message of a JSON-RPC error; empty for a page that a proxy made. */
function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as JsonRpcResponse;
    return error?.message ?? '';
  } catch {
    return '';
  }
}

function remedy(status: number, inSession: boolean): string {
  if (status === 404 && inSession) return `The pod does not know a session that another pod created. ${ALIKE}`;
  if (status === 404) return 'There is no MCP endpoint at this URL. Check its path (ANYPOD_PATH, by default /mcp).';
  if (status === 400 && inSession) return `The pod does not accept this session id or event id. ${ALIKE}`;
  if (status === 403)
    return 'Use a URL whose host name is in ANYPOD_ALLOWED_HOSTS, or a token with the scopes that are needed.';
  if (status === 401)
    return 'Pass a valid token with --token-file or --header. With --smoke --challenge none is needed. If only a proxy requires credentials, use a URL behind it.';
  if (status === 503) return 'The pod is still starting, or cannot reach Redis. Its log says which.';
  if (status === 502 || status === 504) return 'The balancer finds no pod that answers. Look at /readyz of the pods.';
  return LOOK_AT_LOG;
}

/** Explains why there was no answer. */
export function unreachable({ label }: { readonly label: string }, error: unknown): NoAnswer {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = `${label} cannot be reached: ${code ?? message}.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(code ?? '')) {
    return new NoAnswer(
      `${what} Its certificate is not trusted here.`,
      'Name its authority: NODE_EXTRA_CA_CERTS=<file>.',
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new NoAnswer(what, 'Check the host name.');
  return new NoAnswer(
    what,
    'Check that a server is ready there, and check the port. A pod of anypod says it at /readyz.',
  );
}
