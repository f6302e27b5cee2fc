import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { AnypodError } from '../../core/errors.ts';

/** The absolute URL of a request. */
export type UrlOf = (request: IncomingMessage) => string;

/** The URL that this process sees. */
export function ownUrl(request: IncomingMessage & { readonly originalUrl?: string }): string {
  const { headers, socket, originalUrl = request.url ?? '/' } = request;
  const scheme = 'encrypted' in socket ? 'https' : 'http';
  return `${scheme}://${headers.host ?? 'localhost'}${originalUrl}`;
}

const HOST = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/**
 * Reads the URL that the client used from `X-Forwarded-Proto` and `X-Forwarded-Host`, but only if a trusted proxy sends the request. Of several values the last
 * one counts: the trusted proxy itself has added it, and the client may have sent the others. Throws `AnypodError` `invalid_options` for an address that
 * cannot be read.
 */
export function createUrlOf(trustedProxies: readonly string[]): UrlOf {
  const trusted = addressList(trustedProxies);
  return (request) => {
    const { remoteAddress = '' } = request.socket;
    if (!isListed(trusted, remoteAddress)) return ownUrl(request);
    const own = ownUrl(request);
    const scheme = lastOf(request, 'x-forwarded-proto')?.toLowerCase() ?? '';
    const host = lastOf(request, 'x-forwarded-host') ?? '';
    const from = own.indexOf('/', own.indexOf('://') + 3);
    const ownScheme = own.slice(0, own.indexOf(':'));
    return `${/^https?$/.test(scheme) ? scheme : ownScheme}://${HOST.test(host) ? host : request.headers.host}${own.slice(from)}`;
  };
}

function lastOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value.join() : value)?.split(',').at(-1)?.trim();
}

/** Whether a list has an address. A text that is no address is in none. */
export function isListed(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** Addresses and networks such as `10.0.0.0/8`. An IPv4 address also matches in its IPv6 form. */
export function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    try {
      const [address = '', bits] = entry.split('/', 2);
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch {
      throw new AnypodError(
        'invalid_options',
        `trustedProxies: ${entry} is no IP address or network such as 10.0.0.0/8.`,
      );
    }
  }
  return list;
}
