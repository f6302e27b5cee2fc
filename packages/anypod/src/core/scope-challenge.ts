/** The user's server asks for scopes that the caller lacks, before it runs the call (`scopeChallenge` of SDK v2). */
export class ScopeChallenge extends Error {
  /** All scopes that the server asks for. Each is a scope token of RFC 6749 §3.3. */
  readonly scopes: readonly string[];

  constructor(scopes: readonly string[], description = 'The token lacks a scope that this call needs.') {
    super(description);
    this.name = 'ScopeChallenge';
    this.scopes = scopes;
  }
}
