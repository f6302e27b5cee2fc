import { AnypodError } from '../../core/errors.ts';

/** Why requests got no server. The SDK would answer such a request with an error that does not say why. */
export interface FactoryFailures {
  /** Returns what `lend` returns. If it fails, notes the failure for the request. */
  note<T>(request: Request | undefined, lend: () => T | Promise<T>): Promise<T>;
  /** Throws the failure that was noted for the request, if there is one. */
  rethrow(request: Request): void;
}

export function createFactoryFailures(): FactoryFailures {
  const failures = new WeakMap<Request, AnypodError>();
  return {
    async note(request, lend) {
      try {
        return await lend();
      } catch (cause) {
        const message = 'The server that the factory made cannot be served; see the cause in the log.';
        const failure = cause instanceof AnypodError ? cause : new AnypodError('factory_failed', message, { cause });
        if (request !== undefined) failures.set(request, failure);
        throw failure;
      }
    },
    rethrow(request) {
      const failure = failures.get(request);
      if (failure !== undefined) throw failure;
    },
  };
}
