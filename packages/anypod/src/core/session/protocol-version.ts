/** Revisions with sessions, oldest first. An `MCP-Protocol-Version` header may name any of them. */
export const LEGACY_VERSIONS: readonly string[] = [
  '2024-10-07',
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
];

/** The first revision without sessions. Versions are dates, so text order is time order. */
export const FIRST_MODERN_VERSION = '2026-07-28';

/** The `_meta` key with which a request claims a modern revision. */
export const VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion';

/** JSON-RPC batches exist up to 2025-03-26 and were removed in 2025-06-18. */
export function allowsBatches(version: string): boolean {
  return version <= '2025-03-26';
}

/** From 2025-11-25 on a stream begins with a priming event (SEP-1699). */
export function hasPrimingEvents(version: string): boolean {
  return version >= '2025-11-25';
}
