import { AnypodError } from '../../core/errors.ts';

/** For a request that reaches a pod which has gone: nothing of it has run. */
export function tooLate(): AnypodError {
  return new AnypodError('draining', 'This pod is going away and has not begun this request. Send it again.');
}
