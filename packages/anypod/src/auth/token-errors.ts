/** The token is not valid here. The message is a fixed sentence: clients see it in `error_description`. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** Whether the token is valid cannot be known now, because its issuer cannot be reached. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}
