/** The parameters of a challenge. Absent ones are left out. */
export interface ChallengeParameters {
  readonly error?: string;
  readonly description?: string;
  readonly scopes: readonly string[];
  readonly metadataUrl: string;
  /** Sent as a challenge for DPoP too, or only. */
  readonly dpop?: 'also' | 'only' | undefined;
  readonly algorithms: readonly string[];
}

/** The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1, RFC 9449 §7.1). */
export function challengeHeader(parameters: ChallengeParameters): string {
  const { error, description, scopes, metadataUrl, dpop, algorithms } = parameters;
  // `offline_access` is no scope of a resource (MCP 2026-07-28, Refresh Tokens).
  const scope = scopes.filter((one) => one !== 'offline_access').join(' ');
  const shared = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${quotable(description)}"`]),
    ...(scope === '' ? [] : [`scope="${quotable(scope)}"`]),
    `resource_metadata="${quotable(metadataUrl)}"`,
  ].join(', ');
  const bound = `DPoP ${shared}, algs="${algorithms.join(' ')}"`;
  if (dpop === 'only') return bound;
  return dpop === 'also' ? `Bearer ${shared}, ${bound}` : `Bearer ${shared}`;
}

/** RFC 6750 §3: no quotes, no backslashes, and nothing that is not printable ASCII. */
function quotable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
}
