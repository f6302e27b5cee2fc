import { AnypodError } from '../../core/errors.ts';

/** The error for a request that reaches a pod after it has left. No part of the request has run. */
export function tooLate(): AnypodError {
  return new AnypodError('draining', 'This pod is going away and has not begun this request. Send it again.');
}
