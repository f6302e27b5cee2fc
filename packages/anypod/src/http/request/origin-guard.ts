import { RPC } from '../../core/json/rpc-error.ts';
import { Refusal } from '../reply/refusal.ts';

/** Names that mean this machine. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginGuardOptions {
  /** Host names (without port) that the `Host` header may name. Undefined: any. */
  readonly allowedHosts?: readonly string[];
  /**
   * What an `Origin` may be: host names (without scheme and port), whole origins, or `*` for any. Undefined: the name in `Host`; all loopback names count
   * as the same.
   */
  readonly allowedOrigins?: readonly string[];
}

function hostNameOf(authority: string): string {
  const name = authority.startsWith('[') ? authority.slice(0, authority.indexOf(']') + 1) : authority.split(':', 1)[0];
  return (name ?? '').toLowerCase();
}

function originNameOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() : undefined;
}

function sameMachine(name: string): readonly string[] {
  return LOOPBACK_NAMES.includes(name) ? LOOPBACK_NAMES : [name];
}

/** Whether an allow-list has an origin: whole, or by its host name. */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  if (allowed.includes('*') || allowed.includes(origin.toLowerCase())) return true;
  const name = originNameOf(origin);
  return name !== undefined && allowed.includes(name);
}

/** Refuses requests that a foreign page may have sent (DNS rebinding; MCP transports, Security Warning). */
export function createOriginGuard(options: OriginGuardOptions): (host: string, origin: string | undefined) => void {
  const { allowedHosts, allowedOrigins } = options;
  /** The host of the last request. Nearly all requests name the same one. */
  let known = '';
  return (host, origin) => {
    if (origin === undefined && (allowedHosts === undefined || host === known)) return;
    const name = hostNameOf(host);
    if (allowedHosts !== undefined && !allowedHosts.includes(name)) {
      throw forbidden('host', `Host ${name} is not served here. Use a configured host name.`);
    }
    known = host;
    if (origin === undefined) return;
    if (!isAllowedOrigin(origin, allowedOrigins ?? sameMachine(name))) {
      throw forbidden('origin', 'This Origin may not call this server. Add it to the allowed origins if it should.');
    }
  };
}

function forbidden(why: 'host' | 'origin', message: string): Refusal {
  return new Refusal(403, RPC.refused, message, {}, null, why);
}
