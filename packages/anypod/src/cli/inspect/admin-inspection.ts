import type { FollowOptions, Observed, PodFacts, SessionDetails, SomeSessions } from '../../core/store/inspection.ts';
import { readEvents } from '../../probe/sse.ts';
import { ADMIN_HEADER } from '../../serve/operators/admin-protocol.ts';
import type { SessionInspection } from '../../serve/operators/open-inspection.ts';

/** How long an answer may take to begin, ms. */
const PATIENCE_MS = 10_000;

/** An admin port does not answer, refuses, or is none. The message says what to do. */
export class AdminPortError extends Error {
  override name = 'AdminPortError';
}

/** What an operator sees at the admin port of a pod, `url`. Ids of sessions are beginnings. Methods reject with `AdminPortError`. */
export function createAdminInspection(url: URL, token: string): SessionInspection {
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await request(new URL(path, url), { ...init, headers: { authorization: `Bearer ${token}` } });
    if (!response.headers.has(ADMIN_HEADER)) {
      await response.body?.cancel();
      throw new AdminPortError(`${url.origin} is no admin port of a pod; pass the port of ANYPOD_ADMIN_PORT.`);
    }
    if (response.ok || response.status === 404) return response;
    const { error } = (await response.json()) as { error: string };
    throw new AdminPortError(`The pod refuses (${response.status}): ${error}`);
  }

  async function read<T>(path: string, init?: RequestInit): Promise<T | undefined> {
    const response = await ask(path, init);
    const body: unknown = await response.json();
    return response.ok ? (body as T) : undefined;
  }

  async function must<T>(path: string): Promise<T> {
    const found = await read<T>(path);
    if (found === undefined) throw new AdminPortError(`The pod does not know ${path}; use the anypod of its version.`);
    return found;
  }

  return {
    pods: () => must<PodFacts[]>('/pods'),
    sessions: (limit) => must<SomeSessions>(`/sessions?limit=${limit}`),
    async find(beginning) {
      const { sessions } = await must<{ sessions: string[] }>(`/sessions?beginning=${encodeURIComponent(beginning)}`);
      return sessions;
    },
    session: (id) => read<SessionDetails>(pathOf(id)),
    async end(id) {
      const ended = await read<{ pods: number }>(pathOf(id), { method: 'DELETE' });
      return ended?.pods;
    },
    async *follow(id, { once, contents = false, signal }: FollowOptions) {
      const query = `once=${Number(once)}&contents=${Number(contents)}`;
      const response = await ask(`${pathOf(id)}/messages?${query}`, { signal });
      if (response.ok) yield* messagesOf(response, signal);
      else await response.body?.cancel();
    },
    close: async () => undefined,
  };
}

const pathOf = (id: string) => `/sessions/${encodeURIComponent(id)}`;

async function request(address: URL, init: RequestInit): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  const signal = AbortSignal.any([late.signal, ...(init.signal ? [init.signal] : [])]);
  try {
    return await fetch(address, { ...init, signal, redirect: 'manual' });
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    const why = late.signal.aborted ? `no answer within ${PATIENCE_MS / 1000} s` : (cause?.code ?? message);
    throw new AdminPortError(`${address.origin} does not answer (${why}). Does the pod have ANYPOD_ADMIN_PORT?`);
  } finally {
    clearTimeout(timer);
  }
}

type Sent = Omit<Observed, 'data'> & Partial<Pick<Observed, 'data'>>;

async function* messagesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<Observed, void> {
  if (body === null) return;
  try {
    for await (const { data } of readEvents(body.pipeThrough(new TextDecoderStream()))) {
      const message = JSON.parse(data) as Sent | { readonly error: string };
      if ('error' in message) throw new AdminPortError(message.error);
      yield { ...message, data: message.data ?? '' };
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof AdminPortError) throw error;
    throw new AdminPortError('The pod has closed its admin port, so the end of the session was not seen.');
  }
}
