/** Every fault that anypod itself reports. `http/reply/refusal.ts` has the table of their HTTP and JSON-RPC forms. */
export type AnypodErrorCode =
  | 'store_unavailable'
  | 'store_refused'
  | 'payload_unreadable'
  | 'no_common_payload_key'
  | 'subscription_limit'
  | 'no_common_version'
  | 'factory_failed'
  | 'invalid_secret'
  | 'invalid_options'
  | 'state_too_large'
  | 'state_conflict'
  | 'state_gone'
  | 'handle_limit'
  | 'task_limit'
  | 'task_refused'
  | 'draining';

/** An error with a code; `message` is a sentence that says what to do. */
export class AnypodError extends Error {
  readonly code: AnypodErrorCode;

  constructor(code: AnypodErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AnypodError';
    this.code = code;
  }
}
