interface Parsed {
  readonly success: boolean;
  readonly error?: unknown;
}

/** The part of a schema that is used here. */
interface Schema {
  safeParse(value: unknown, ...rest: unknown[]): Parsed;
}

/** The schemas by which the SDK itself checks messages, by type name. */
interface SpecSchemas {
  readonly specTypeSchemas?: Readonly<Record<string, unknown>>;
}

/** The schemas of messages that have no method. */
const WITHOUT_METHOD = ['JSONRPCResultResponse', 'JSONRPCErrorResponse'];

/** Where a changed schema keeps its own `safeParse`. */
export const SLOW: unique symbol = Symbol.for('anypod.quick-refusals');

/** A refusal without a parse. It finds its reasons only when `error` is read. */
class QuickRefusal implements Parsed {
  readonly success = false;
  readonly #parse: () => Parsed;

  constructor(parse: () => Parsed) {
    this.#parse = parse;
  }

  get error(): unknown {
    return this.#parse().error;
  }
}

function hasMethod(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'method' in value;
}

function refuseQuickly(schema: Schema, sample: object): void {
  if (SLOW in schema || Object.isFrozen(schema) || schema.safeParse(sample).success) return;
  const parse = schema.safeParse.bind(schema);
  schema.safeParse = (value, ...rest) =>
    hasMethod(value) ? new QuickRefusal(() => parse(value, ...rest)) : parse(value, ...rest);
  Object.defineProperty(schema, SLOW, { value: parse });
}

/**
 * Makes the SDK's schemas of responses refuse requests without a parse. The SDK first parses each modern request with both schemas of a response,
 * which is a third of the cost of finding out its kind. Each failed parse leaves an object with an accessor, which keeps the message until the next
 * full garbage collection. Under load this causes pauses of tens of milliseconds. Both schemas are strict, so a message with a method is never a
 * response, and the result stays the same. If a schema is missing, or accepts such a message, it stays unchanged.
 */
export function refuseResponsesQuickly({ specTypeSchemas }: SpecSchemas): void {
  for (const name of WITHOUT_METHOD) {
    const schema = specTypeSchemas?.[name] as Schema | undefined;
    const body = name === 'JSONRPCErrorResponse' ? { error: { code: 1, message: '' } } : { result: {} };
    if (schema?.safeParse !== undefined) refuseQuickly(schema, { jsonrpc: '2.0', id: 1, method: '', ...body });
  }
}
