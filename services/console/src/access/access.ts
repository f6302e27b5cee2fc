import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';

/** A viewer may look; an operator may also end sessions and cancel tasks. */
export type Role = 'viewer' | 'operator';

/** Who asks for a page. */
export interface Visitor {
  readonly role: Role;
  /** Stands in each form of the visitor's pages, so that no other page can send one. */
  readonly token: string;
}

/** Who may see the console. A login lasts for some hours, on every console with the same passwords. */
export interface Access {
  /** Whose password it is. Undefined: nobody's. It takes as long for every text. */
  roleOf(password: string): Role | undefined;
  login(context: Context, role: Role): Promise<void>;
  /** Undefined: nobody is logged in. */
  visitorOf(context: Context): Promise<Visitor | undefined>;
  /** Ends the login in this browser. This console also takes no copy of its cookie any more. */
  logout(context: Context): Promise<void>;
}

const COOKIE = 'anypod-console';
const HOURS = 8;
const LOGIN_MS = HOURS * 3_600_000;

interface Credential {
  readonly role: Role;
  readonly digest: Buffer;
  /** Signs the cookies of this role. Made of its password, so a new password ends all logins. */
  readonly key: Buffer<ArrayBuffer>;
}

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** `now`: ms since the epoch. */
export function createAccess(passwords: Partial<Record<Role, string>>, now: () => number = Date.now): Access {
  const credentials = (['operator', 'viewer'] as const).flatMap((role): Credential[] => {
    const password = passwords[role];
    if (password === undefined) return [];
    // Slow on purpose: whoever has a cookie must not find the password by trying.
    const key = Buffer.from(scryptSync(password, `anypod-console ${role}`, 32));
    return [{ role, digest: digestOf(password), key }];
  });
  /** Logins that have ended before their time, with the time. */
  const ended = new Map<string, number>();

  async function read(context: Context) {
    for (const { role, key } of credentials) {
      const login = await getSignedCookie(context, key, COOKIE);
      if (login) return { role, key, login, until: Number(login.split('.')[0]) };
    }
    return undefined;
  }

  return {
    roleOf(password) {
      const digest = digestOf(password);
      let found: Role | undefined;
      for (const credential of credentials) if (timingSafeEqual(credential.digest, digest)) found = credential.role;
      return found;
    },

    async login(context, role) {
      const key = credentials.find((credential) => credential.role === role)?.key;
      if (key === undefined) throw new TypeError(`${role} has no password`);
      const login = `${now() + LOGIN_MS}.${randomBytes(16).toString('base64url')}`;
      await setSignedCookie(context, COOKIE, login, key, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: LOGIN_MS / 1000,
        // A proxy in front says so. Without TLS a browser would not send it back.
        secure: context.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https',
      });
    },

    async visitorOf(context) {
      const found = await read(context);
      if (found === undefined || !(found.until > now()) || ended.has(found.login)) return undefined;
      return {
        role: found.role,
        token: createHmac('sha256', found.key).update(`form ${found.login}`).digest('base64url'),
      };
    },

    async logout(context) {
      const found = await read(context);
      for (const [login, until] of ended) if (until <= now()) ended.delete(login);
      if (found !== undefined && found.until > now()) ended.set(found.login, found.until);
      deleteCookie(context, COOKIE, { path: '/' });
    },
  };
}

/** Whether a form came from a page of this visitor. */
export function isOwnForm({ token }: Visitor, sent: unknown): boolean {
  return typeof sent === 'string' && timingSafeEqual(digestOf(sent), digestOf(token));
}
