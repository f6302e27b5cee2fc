import { describeThrown, safeText } from '../../core/json/describe-thrown.ts';

const MOST_OF_STACK = 4000;
const MOST_CAUSES = 3;

/** What the log shows of an error. */
interface SerializedError {
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

/**
 * An error as it is logged: message, code, stack and cause. It leaves out all other members, such as a request with its token. Whatever a server's code
 * has thrown, this function does not throw, and the result has a limited size.
 */
export function serializeError(thrown: unknown, causes: number = MOST_CAUSES): SerializedError {
  const read = (name: string) => () => (thrown as Record<string, unknown> | null | undefined)?.[name];
  const code = safeText(read('code'), 100);
  const stack = safeText(read('stack'), MOST_OF_STACK);
  const cause = causes > 0 ? causeOf(read('cause')) : undefined;
  return {
    message: describeThrown(thrown),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: serializeError(cause, causes - 1) }),
  };
}

function causeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
