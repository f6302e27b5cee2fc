/** Every fault that anypod itself reports. Their HTTP and JSON-RPC form is one table in `http/refusal.ts`. */
export type AnypodErrorCode =
  | 'store_unavailable'
  | 'subscription_limit'
  | 'no_common_version'
  | 'factory_failed'
  | 'invalid_secret'
  | 'invalid_options'
  | 'draining';

/** A coded fault; `message` is a sentence that says what to do. */
export class AnypodError extends Error {
  readonly code: AnypodErrorCode;

  constructor(code: AnypodErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AnypodError';
    this.code = code;
  }
}
