import { serializeError } from './serialize-error.ts';

const HIDDEN = '[Redacted]';
const LEFT_OUT = '[Left out]';
const UNREADABLE = '[Unreadable]';

/** A log line costs no more than this, whatever a server's code gives to it. */
const MOST_LEVELS = 8;
const MOST_VALUES = 500;

/** What no log line may show, without dashes and underscores. */
const ALWAYS_HIDDEN = [
  ...['authorization', 'proxyauthorization', 'dpop', 'cookie', 'cookies', 'setcookie', 'mcpsessionid', 'sessionid'],
  ...['passwd', 'pwd', 'credential', 'credentials', 'clientassertion', 'codeverifier', 'devicecode', 'signingkey'],
];
/** A name that ends so is secret too, such as `x-api-key` and `refresh_token`. */
const SECRET_ENDS = /(?:token|secret|password|passphrase|apikey|accesskey|privatekey|secretkey)$/;

/** The user and the password of a URL. An `@` behind a slash or a question mark belongs to the path or the query. In JSON a quote has a backslash before it. */
const USER_OF_URL = /:\/\/(?:[^\s/?#"\\]|\\["\\])*@/g;
const BEARER = /\bBearer [\w.~+/=-]{8,}/gi;

/** Hides secrets in text: who logs in with a URL, and bearer tokens. `text` may be JSON, and stays JSON. */
export function maskText(text: string): string {
  const masked = text.includes('@') ? text.replace(USER_OF_URL, `://${HIDDEN}@`) : text;
  return masked.includes('earer ') ? masked.replace(BEARER, `Bearer ${HIDDEN}`) : masked;
}

/** Returns the fields of a log line without their secrets. */
export type Redact = (fields: object) => Record<string, unknown>;

/** Hides each field whose name is secret, at any depth. Names are compared without case, dashes and underscores. `more`: names that the operator lists. */
export function createRedact(more: readonly string[]): Redact {
  const hidden = new Set([...ALWAYS_HIDDEN, ...more.map(plain)]);
  const isSecret = (name: string) => {
    const bare = plain(name);
    return hidden.has(bare) || SECRET_ENDS.test(bare);
  };
  return (fields) => new Walk(isSecret).fields(fields);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

/** The walk through the fields of one line. It copies them, because others use them too. */
class Walk {
  readonly #isSecret: (name: string) => boolean;
  #left = MOST_VALUES;

  constructor(isSecret: (name: string) => boolean) {
    this.#isSecret = isSecret;
  }

  /** `err` stays: pino's own serializer makes text of it. */
  fields(fields: object): Record<string, unknown> {
    if (!('err' in fields)) return this.#object(fields, 0);
    const { err, ...others } = fields;
    return { ...this.#object(others, 0), err };
  }

  #object(from: object, level: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(from)) {
      if (this.#left <= 0) break;
      copy[name] = this.#isSecret(name) ? HIDDEN : this.#read(() => (from as Record<string, unknown>)[name], level);
    }
    return copy;
  }

  /** Headers as Node lists them are names and values in turn, so what follows a secret name is secret too. */
  #list(from: readonly unknown[], level: number): unknown[] {
    const copy: unknown[] = [];
    for (let at = 0; at < from.length && this.#left > 0; at += 1) {
      const before = from[at - 1];
      const follows = typeof before === 'string' && before.length <= 100 && this.#isSecret(before);
      copy.push(follows ? HIDDEN : this.#read(() => from[at], level));
    }
    return copy;
  }

  #read(read: () => unknown, level: number): unknown {
    this.#left -= 1;
    try {
      return this.#value(read(), level + 1);
    } catch {
      return UNREADABLE;
    }
  }

  #value(value: unknown, level: number): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Error) return serializeError(value);
    if (level > MOST_LEVELS) return LEFT_OUT;
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return this.#value(toJSON.call(value), level + 1);
    return Array.isArray(value) ? this.#list(value, level) : this.#object(value, level);
  }
}
