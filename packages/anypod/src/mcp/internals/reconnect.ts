import { protocolOf } from './protocol.ts';

/** Whether only the SDK's own code runs when a server of SDK v2 connects. False: a subclass or the server itself has its own `connect`, or it is of SDK v1. */
export function connectsAsSdk(server: object): boolean {
  const protocol = protocolOf(server);
  if (!('_negotiatedWireCodec' in protocol && '_transport' in protocol)) return false;
  return isOfClass(protocol, 2) && (protocol === server || isOfClass(server, 1));
}

/**
 * Connects a server to its next transport. The SDK's `connect` makes the same functions for each transport, and they know only the server, so the next
 * transport gets those of an earlier one. The member is private to the SDK. False: the server still has a transport, or keeps it elsewhere.
 */
export function reconnect(server: object, transport: object): boolean {
  const protocol = protocolOf(server);
  if (protocol.transport !== undefined) return false;
  protocol._transport = transport;
  return protocol.transport === transport;
}

/** Whether an object has no `connect` of its own, and its class has just so many prototypes: `McpServer` has one, `Server` extends `Protocol`. */
function isOfClass(object: object, prototypes: number): boolean {
  let found = 0;
  for (let next = Reflect.getPrototypeOf(object); next !== null && next !== Object.prototype; found += 1)
    next = Reflect.getPrototypeOf(next);
  return found === prototypes && !Object.hasOwn(object, 'connect');
}
