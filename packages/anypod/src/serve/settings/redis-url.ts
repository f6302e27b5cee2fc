/** A Redis deployment as its URL names it. */
export interface RedisAddress {
  /** One server; a master that Sentinels name; a Cluster. */
  readonly form: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** The server, the Sentinels, or some nodes of the Cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** The name of the master at the Sentinels. Empty for the other forms. */
  readonly master: string;
  readonly db: number;
  /** Credentials for the Sentinels, if they require any. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

const FORM =
  /^(?<scheme>rediss?|sentinel)(?:\+(?<plus>sentinel|cluster))?:\/\/(?:(?<user>[^@/?]*)@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/;
const HOST = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/;

function parseHosts(text: string, defaultPort: number): { host: string; port: number }[] | undefined {
  const hosts = text.split(',').map((one) => {
    const { v6, name, port } = HOST.exec(one)?.groups ?? {};
    return { host: v6 ?? name ?? '', port: Number(port ?? defaultPort) };
  });
  return hosts.every(({ host, port }) => host !== '' && port > 0 && port < 65_536) ? hosts : undefined;
}

function parseUser(text: string): { username?: string; password?: string } {
  const colon = text.indexOf(':');
  const username = decodeURIComponent(colon === -1 ? text : text.slice(0, colon));
  const password = colon === -1 ? '' : decodeURIComponent(text.slice(colon + 1));
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function parseSentinelUser(query: string): Pick<RedisAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const parameters = new URLSearchParams(query);
  const [username, password] = [parameters.get('sentinelUsername'), parameters.get('sentinelPassword')];
  return { ...(username && { sentinelUsername: username }), ...(password && { sentinelPassword: password }) };
}

/** Reads the master and the database from the path. Undefined: the path does not fit the form. */
function parsePath(form: RedisAddress['form'], path: string): { master: string; db: number } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const master = form === 'sentinel' ? decodeURIComponent(parts.shift() ?? '') : '';
  const [db = '0', ...rest] = parts;
  if (rest.length > 0 || !/^\d{1,4}$/.test(db)) return undefined;
  if (form === 'sentinel' && master === '') return undefined;
  // A Cluster has one database.
  return form === 'cluster' && db !== '0' ? undefined : { master, db: Number(db) };
}

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `redis+sentinel://[user:password@]host[:port],…/master[/db]` (also as `sentinel://`) and
 * `redis+cluster://[user:password@]host[:port],…`; with `rediss` over TLS. User and password are percent-encoded. Undefined: none of these.
 */
export function parseRedisUrl(url: string): RedisAddress | undefined {
  const { scheme = '', plus, user = '', hosts = '', path = '', query = '' } = FORM.exec(url)?.groups ?? {};
  if (scheme === '' || (scheme === 'sentinel' && plus !== undefined)) return undefined;
  const form = scheme === 'sentinel' || plus === 'sentinel' ? 'sentinel' : plus === 'cluster' ? 'cluster' : 'single';
  try {
    const where = parsePath(form, path);
    const list = parseHosts(hosts, form === 'sentinel' ? 26_379 : 6379);
    if (where === undefined || list === undefined || (form === 'single' && list.length > 1)) return undefined;
    return { form, tls: scheme === 'rediss', ...parseUser(user), ...parseSentinelUser(query), hosts: list, ...where };
  } catch {
    // The percent-encoding is not valid.
    return undefined;
  }
}
