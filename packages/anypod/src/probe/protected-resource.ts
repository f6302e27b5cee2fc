import type { Answer } from './request.ts';

/** The URL of the metadata that an answer to a caller without a token names (RFC 9728 §5.1), as it is written. Undefined: it names none. */
export function metadataNamedIn(headers: Answer['headers']): string | undefined {
  return /\bresource_metadata="?([^",\s]+)/i.exec(headers['www-authenticate'] ?? '')?.[1];
}

/** The metadata of a protected resource (RFC 9728 §2), as far as clients need them. */
export interface ResourceMetadata {
  readonly resource?: string;
  readonly servers: readonly string[];
}

/** Reads metadata. Undefined: the text is no JSON object. */
export function readResourceMetadata(text: string): ResourceMetadata | undefined {
  const body = readJsonObject(text);
  if (body === undefined) return undefined;
  const { resource, authorization_servers: servers } = body;
  return {
    ...(typeof resource === 'string' ? { resource } : {}),
    servers: Array.isArray(servers) ? servers.map(String) : [],
  };
}

/** A JSON object. Undefined: the text is something else. */
export function readJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
