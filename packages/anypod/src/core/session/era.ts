import { FIRST_MODERN_VERSION, VERSION_META_KEY } from './protocol-version.ts';

/** Whether the `_meta` of a body claims a modern revision. */
export function claimsModern(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const params = (body as { params?: unknown }).params;
  if (typeof params !== 'object' || params === null) return false;
  const meta = (params as { _meta?: unknown })._meta;
  return typeof meta === 'object' && meta !== null && VERSION_META_KEY in meta;
}

/**
 * Whether a POST belongs to the modern era. This is the SDK's own rule (its `isLegacyRequest`; a test compares the two). A body whose `_meta` claims
 * a modern revision is modern. Without that claim, a version header that names a modern revision makes it modern, except for responses and batches:
 * only the legacy era has those. The SDK judges the rest of the request when it serves it.
 */
export function isModern(body: unknown, versionHeader: string | undefined): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  if (typeof (body as { method?: unknown }).method !== 'string') return false;
  return claimsModern(body) || (versionHeader !== undefined && versionHeader.trim() >= FIRST_MODERN_VERSION);
}
