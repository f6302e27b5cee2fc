/** Why a request was not admitted. `data.reason` of the error that its client gets. */
export type DenialReason =
  | 'token_missing'
  | 'token_invalid'
  | 'token_misplaced'
  | 'insufficient_scope'
  | 'issuer_unavailable';

/** A caller may not do what it asks for. It has the HTTP form of the refusal, and a sentence that says what to do. */
export class Denied extends Error {
  readonly status: 400 | 401 | 403 | 503;
  readonly reason: DenialReason;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: 400 | 401 | 403 | 503,
    reason: DenialReason,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Denied';
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}
