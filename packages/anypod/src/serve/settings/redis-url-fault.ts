import { invisibleFault } from './setting-text.ts';

const FORMS =
  'must be redis://[user:password@]host[:port][/db], redis+sentinel://host[:port],…/master[/db] or redis+cluster://host[:port],…; rediss for TLS';

/** What is wrong with a text that is no Redis URL, in words that contain no part of it, because it has a password. */
export function redisUrlFault(url: string): string {
  const invisible = invisibleFault(url);
  if (invisible !== undefined) return `${invisible}; write the URL alone`;
  if (/\s/.test(url)) return 'has a space or a line break inside; percent-encode a space in the password as %20';
  const [, scheme = '', rest = ''] = /^([^:/]*):\/\/(.*)$/s.exec(url) ?? [];
  if (!/^(?:rediss?(?:\+(?:sentinel|cluster))?|sentinel)$/.test(scheme)) return FORMS;
  const user = rest.slice(0, Math.max(rest.lastIndexOf('@'), 0));
  const unencoded = ['@', '/', '?', '#'].find((character) => user.includes(character));
  if (unencoded !== undefined) {
    const code = unencoded.charCodeAt(0).toString(16).toUpperCase();
    return `has ${unencoded} in its user or password; percent-encode ${unencoded} as %${code}, or set REDIS_PASSWORD, which needs no encoding`;
  }
  if (/%(?![0-9A-Fa-f]{2})/.test(user)) {
    return 'has % in its user or password; percent-encode % as %25, or set REDIS_PASSWORD, which needs no encoding';
  }
  if (rest.includes('#')) {
    return 'has # in it; percent-encode # in the password as %23, or set REDIS_PASSWORD, which needs no encoding';
  }
  if (scheme.endsWith('+cluster') && /\/[1-9]/.test(rest)) {
    return 'names a database, but a Redis Cluster has only database 0; leave the number out';
  }
  return FORMS;
}
