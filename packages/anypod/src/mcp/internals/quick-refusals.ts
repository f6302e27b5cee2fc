interface Parsed {
  readonly success: boolean;
  readonly error?: unknown;
}

/** As much of a schema as is used. */
interface Schema {
  safeParse(value: unknown, ...rest: unknown[]): Parsed;
}

/** The schemas that the SDK itself judges messages by, by type name. */
interface SpecSchemas {
  readonly specTypeSchemas?: Readonly<Record<string, unknown>>;
}

/** The schemas of messages that have no method. */
const WITHOUT_METHOD = ['JSONRPCResultResponse', 'JSONRPCErrorResponse'];

const QUICK = Symbol.for('anypod.quick-refusals');

/** Refused at a glance; the reasons are found where somebody asks for them. */
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
  if (QUICK in schema || Object.isFrozen(schema) || schema.safeParse(sample).success) return;
  const parse = schema.safeParse.bind(schema);
  schema.safeParse = (value, ...rest) =>
    hasMethod(value) ? new QuickRefusal(() => parse(value, ...rest)) : parse(value, ...rest);
  Object.defineProperty(schema, QUICK, { value: true });
}

/**
 * The SDK asks of each modern request first whether it is a response, by parsing it against both schemas of one: a third of what it takes to find out
 * what a request is. Each failure leaves an object with an accessor, which keeps the message until the next full garbage collection, and that makes
 * for pauses of tens of milliseconds under load. Both schemas are strict, so that a message with a method is never a response; with that seen, what they
 * answer is the same. A schema that is not there, or takes such a message, is left alone.
 */
export function refuseResponsesQuickly({ specTypeSchemas }: SpecSchemas): void {
  for (const name of WITHOUT_METHOD) {
    const schema = specTypeSchemas?.[name] as Schema | undefined;
    const body = name === 'JSONRPCErrorResponse' ? { error: { code: 1, message: '' } } : { result: {} };
    if (schema?.safeParse !== undefined) refuseQuickly(schema, { jsonrpc: '2.0', id: 1, method: '', ...body });
  }
}
