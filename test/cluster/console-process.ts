import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { SERVICE } from './service-pods.ts';

export const VIEWER = 'a-password-of-viewers';
export const OPERATOR = 'a-password-of-operators';

/** A process of `anypod console`. */
export interface ConsoleProcess {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly process: Child;
}

/** Both passwords, and nothing of a console that may run where the tests run. */
const PASSWORDS = { ANYPOD_CONSOLE_PASSWORD: VIEWER, ANYPOD_CONSOLE_OPERATOR_PASSWORD: OPERATOR };

const ROOT = new URL('../../', import.meta.url);

/** Runs `anypod console` as the image does, to its end or until it is stopped. */
export function runConsole(env: Readonly<Record<string, string>>): Child {
  return startChild(process.execPath, [SERVICE, 'console'], { cwd: ROOT, env: { ...process.env, ...env } });
}

/** Starts a console, and waits until it serves. */
export async function startConsole(env: Readonly<Record<string, string>>): Promise<ConsoleProcess> {
  const port = await freePort();
  const child = runConsole({ ...PASSWORDS, ANYPOD_CONSOLE_PORT: `${port}`, ...env });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).ok, { name: 'the console' });
  return { origin, process: child };
}

/** An answer of the console. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser without scripts: it keeps its cookie, and follows no redirect. */
export interface Visitor {
  cookie: string;
  get(path: string): Promise<Answer>;
  /** Sends a form from a page of the console; `from` names another origin. */
  post(path: string, fields: Readonly<Record<string, string>>, from?: string): Promise<Answer>;
  /** The field without which forms are refused. */
  token(): Promise<string>;
}

export function visit({ origin }: Pick<ConsoleProcess, 'origin'>): Visitor {
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const headers = { ...(visitor.cookie !== '' && { cookie: visitor.cookie }), ...init.headers };
    const response = await fetch(origin + path, { redirect: 'manual', ...init, headers });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) visitor.cookie = set.split(';')[0] ?? '';
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  const visitor: Visitor = {
    cookie: '',
    get: (path) => send(path, {}),
    post: (path, fields, from = origin) =>
      send(path, { method: 'POST', headers: { origin: from }, body: new URLSearchParams(fields) }),
    token: async () => /name="token" value="([^"]+)"/.exec((await visitor.get('/')).text)?.[1] ?? '',
  };
  return visitor;
}

/** A visitor who has logged in. */
export async function login(console: Pick<ConsoleProcess, 'origin'>, password: string = VIEWER): Promise<Visitor> {
  const visitor = visit(console);
  const { status } = await visitor.post('/login', { password, to: '/' });
  if (status !== 303) throw new Error(`the login answered ${status}`);
  return visitor;
}

/** What a page says, without its tags. */
export const wordsOf = (page: string): string =>
  page
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
