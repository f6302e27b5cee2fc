import type { JsonRpcResponse } from '../core/json-rpc.ts';

/** A step did not do what it must; the message says what happened and what to do. */
export class CheckFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailure';
  }
}

const ALIKE = 'All pods need the same REDIS_URL, ANYPOD_SECRET and ANYPOD_PREFIX.';

/** What an answer with an unexpected status means; `text` is its body. */
export function refused(
  { label }: { readonly label: string },
  status: number,
  text: string,
  inSession: boolean,
): CheckFailure {
  const said = reasonIn(text);
  const what = `${label} answered ${status}${said === '' ? '.' : `: ${said}`}`;
  return new CheckFailure(`${what} ${remedy(status, inSession)}`);
}

/** The message of a JSON-RPC error; nothing of a page that a proxy made. */
function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as JsonRpcResponse;
    return error?.message ?? '';
  } catch {
    return '';
  }
}

function remedy(status: number, inSession: boolean): string {
  if (status === 404 && inSession) return `The pod does not know the session that another one began. ${ALIKE}`;
  if (status === 404) return 'No MCP endpoint is there. Check the path of the URL (ANYPOD_PATH, /mcp unless set).';
  if (status === 400 && inSession) return `The pod did not make this session or event id. ${ALIKE}`;
  if (status === 403) return 'Use a URL whose host name ANYPOD_ALLOWED_HOSTS has.';
  if (status === 401)
    return 'Something before the pods asks for credentials. Use a URL behind it, such as that of the Service.';
  if (status === 503) return 'The pod starts, or cannot reach Redis; its log says which.';
  if (status === 502 || status === 504) return 'The balancer has no pod that answers. Look at /readyz of the pods.';
  return 'Look at the log of the pod.';
}

/** What it means that there was no answer. */
export function unreachable({ label }: { readonly label: string }, error: unknown): CheckFailure {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = `${label} cannot be reached: ${code ?? message}.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new CheckFailure(`${what} Check the host name.`);
  return new CheckFailure(`${what} Is a pod ready there? Look at /readyz, and at the port.`);
}
