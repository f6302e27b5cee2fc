import type { Caller } from '../core/caller.ts';
import { METADATA_PATH } from '../core/gate.ts';
import { canonical } from './audiences.ts';
import type { AuthOptions } from './options.ts';

/** What clients know this server as. */
export interface Resource {
  /** The URL of the endpoint as this caller should know it. */
  urlFor(caller: Caller): string;
  /** The URL of its metadata (RFC 9728 §3.1: the well-known part goes before the path). */
  metadataUrlFor(caller: Caller): string;
  /** Whether the caller asks for the metadata: at the root, or for the path of the endpoint. */
  isMetadata(caller: Caller): boolean;
}

/** `path` is the path of the endpoint in this process. A proxy may serve it under another one. */
export function createResource(publicUrls: readonly string[], path: string): Resource {
  const known = publicUrls.map((url) => new URL(canonical(url)));
  const byHost = new Map(known.map((url) => [url.host, url]));
  const paths = new Set(['', '/', ...[path, ...known.map(({ pathname }) => pathname)].map(withoutSlash)]);

  function resourceFor(caller: Caller): URL {
    const { origin, host } = new URL(caller.url);
    return byHost.get(host) ?? known[0] ?? new URL(path, origin);
  }

  return {
    urlFor: (caller) => canonical(resourceFor(caller).href),
    metadataUrlFor(caller) {
      const { origin, pathname } = resourceFor(caller);
      return origin + METADATA_PATH + (pathname === '/' ? '' : pathname);
    },
    isMetadata({ url }) {
      const { pathname } = new URL(url);
      return pathname.startsWith(METADATA_PATH) && paths.has(withoutSlash(pathname.slice(METADATA_PATH.length)));
    },
  };
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The document of RFC 9728 §2. `offline_access` is no scope of a resource (MCP 2026-07-28, Refresh Tokens). */
export function resourceMetadata(resource: string, options: AuthOptions, issuers: readonly string[]): string {
  const { scopes = {}, resourceName, documentation, dpop } = options;
  const supported = (scopes.supported ?? scopes.required ?? []).filter((scope) => scope !== 'offline_access');
  return JSON.stringify({
    resource,
    authorization_servers: issuers,
    bearer_methods_supported: ['header'],
    ...(supported.length === 0 ? {} : { scopes_supported: supported }),
    ...(resourceName === undefined ? {} : { resource_name: resourceName }),
    ...(documentation === undefined ? {} : { resource_documentation: documentation }),
    ...(dpop === undefined ? {} : dpopMetadata(dpop.required ?? false)),
  });
}

function dpopMetadata(required: boolean) {
  return { dpop_signing_alg_values_supported: DPOP_ALGORITHMS, dpop_bound_access_tokens_required: required };
}

/** The signatures that proofs may have (RFC 9449 §4.3: asymmetric ones). */
export const DPOP_ALGORITHMS: readonly string[] = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];
