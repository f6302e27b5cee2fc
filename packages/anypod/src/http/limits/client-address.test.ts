import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createAddressOf } from './client-address.ts';

const warnings: string[] = [];
const log = { info: () => undefined, warn: (_fields: object, message: string) => void warnings.push(message) };
const addressOf = createAddressOf(['10.0.0.0/8', 'fd00::/8'], log);

const address = (remoteAddress: string | undefined, forwarded?: string) =>
  addressOf({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

it.each<[string, string | undefined, string | undefined, string]>([
  ['the peer', '203.0.113.7', undefined, '203.0.113.7'],
  ['an IPv4 peer in its IPv6 form', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['the peer that is no trusted proxy, whatever it says', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['whom the trusted proxy saw', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['nobody whom the client has made up', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['whom the first of several proxies saw', '10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.9,10.1.1.1', '198.51.100.1'],
  ['the proxy itself, if it sends for itself', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
  ['the last address before what is none', '10.0.0.1', '198.51.100.1, garbage, 10.0.0.2', '10.0.0.2'],
  ['an address with a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['the network of an IPv6 client', 'fd00::1', '[2001:DB8:0:1::abcd]:4711', '2001:db8:0:1::/64'],
  ['the same network, however it is written', '2001:0db8::1:0:0:0:1', undefined, '2001:db8:0:1::/64'],
  ['a peer that has gone', undefined, undefined, ''],
])('is that of %s [limits.address]', (_name, peer, forwarded, expected) => {
  expect(address(peer, forwarded)).toBe(expected);
});

it('is not believed of an untrusted proxy, and the log says so once [limits.address]', () => {
  warnings.length = 0;
  for (let each = 0; each < 100; each += 1) address('192.0.2.1', `198.51.100.${each}`);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('ANYPOD_TRUSTED_PROXIES');
});
