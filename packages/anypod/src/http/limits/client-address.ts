import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { Log } from '../../core/log.ts';
import { createSparseLog } from '../../core/sparse-log.ts';
import { addressList, isListed } from '../request/public-address.ts';

/** The address of a client, or its network where clients have networks of their own. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * Reads the client's address from `X-Forwarded-For`, but only if a trusted proxy sends the request. The header is read from its end: each proxy has added the
 * address that it saw, and the first one that is no trusted proxy is the client. What stands before it, the client may have made up. Throws `AnypodError`
 * `invalid_options` for a proxy that cannot be read.
 */
export function createAddressOf(trustedProxies: readonly string[], log: Log): AddressOf {
  const trusted = addressList(trustedProxies);
  const sparse = createSparseLog(log);
  return ({ socket, headers }) => {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined) return networkOf(peer);
    if (isListed(trusted, peer)) return networkOf(lastUntrusted(trusted, peer, String(forwarded).split(',')));
    sparse.warn(
      { what: peer },
      'callers are limited by their address, but this one forwards requests of others and is no trusted proxy (ANYPOD_TRUSTED_PROXIES), so all of them share one limit',
    );
    return networkOf(peer);
  };
}

function lastUntrusted(trusted: BlockList, peer: string, hops: readonly string[]): string {
  let known = peer;
  for (const hop of hops.toReversed()) {
    const address = plainAddress(hop.trim());
    if (isIP(address) === 0) break;
    known = address;
    if (!isListed(trusted, address)) break;
  }
  return known;
}

/** Without a port, brackets and zone; an IPv4 address without its IPv6 form. */
function plainAddress(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const [address = ''] = bare.toLowerCase().split('%', 1);
  return /^::ffff:([\d.]+)$/.exec(address)?.[1] ?? address;
}

/** The first 64 bits of an IPv6 address: the smallest network that a client gets (RFC 6177), in which it can change its address as it likes. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::', 2);
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const first = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}
