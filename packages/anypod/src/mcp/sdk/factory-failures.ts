import { AnypodError } from '../../core/errors.ts';

/** Why requests got no server. The SDK would answer such a request with an error that does not say why. */
export interface FactoryFailures {
  /** Returns what `lend` returns. If it fails, notes the failure for the request. */
  note<T>(request: Request | undefined, lend: () => T | Promise<T>): T | Promise<T>;
  /** Throws the failure that was noted for the request, if there is one. */
  rethrow(request: Request): void;
}

export function createFactoryFailures(): FactoryFailures {
  const failures = new WeakMap<Request, AnypodError>();

  function failureOf(request: Request | undefined, cause: unknown): AnypodError {
    const message = 'The server that the factory made cannot be served; see the cause in the log.';
    const failure = cause instanceof AnypodError ? cause : new AnypodError('factory_failed', message, { cause });
    if (request !== undefined) failures.set(request, failure);
    return failure;
  }

  async function noteLater<T>(request: Request | undefined, lent: Promise<T>): Promise<T> {
    try {
      return await lent;
    } catch (cause) {
      throw failureOf(request, cause);
    }
  }

  return {
    note(request, lend) {
      try {
        const lent = lend();
        return lent instanceof Promise ? noteLater(request, lent) : lent;
      } catch (cause) {
        throw failureOf(request, cause);
      }
    },
    rethrow(request) {
      const failure = failures.get(request);
      if (failure !== undefined) throw failure;
    },
  };
}
