import { exit } from 'node:process';

/** As a module keeps it that takes `process` apart when it is loaded. */
const { exit: kept } = process;

/** What a fault may use: the server and the call in which it happens, for either SDK. */
export interface Ground {
  /** Sends a notification that belongs to the call. */
  notify(method: string, params: Record<string, unknown>): Promise<void>;
  /** Sends a notification that belongs to no call. */
  announce(method: string, params: Record<string, unknown>): Promise<void>;
  /** Asks the client. */
  ask(method: string, params: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
  closeTransport(): Promise<void>;
  /** Connects the server to another transport. */
  connectElsewhere(): Promise<void>;
  readonly signal: AbortSignal;
}

/** Goes wrong in one way: returns the content of a result, throws, or does something worse. */
export type Fault = (ground: Ground) => unknown;

function circular(): object {
  const one: Record<string, unknown> = {};
  one['self'] = one;
  return one;
}

function nested(levels: number): object {
  let value = {};
  for (let level = 0; level < levels; level += 1) value = { in: value };
  return value;
}

const thrower = (message: string) => () => {
  throw new Error(message);
};

/** Values to put into a result or a message. */
export const VALUES: Readonly<Record<string, () => unknown>> = {
  bigint: () => ({ a: 1n }),
  circular,
  'to-json': () => ({ a: { toJSON: thrower('toJSON') } }),
  getter: () => ({ a: Object.defineProperty({}, 'b', { enumerable: true, get: thrower('getter') }) }),
  nested: () => nested(20_000),
  harmless: () => ({ f: () => 1, u: undefined, n: Number.NaN, d: new Date(0), kept: 'yes' }),
};

class Frozen extends Error {}

/** Values that a handler throws and that are no ordinary errors. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  'throw-undefined': () => undefined,
  'throw-null': () => null,
  'throw-string': () => 'just a text',
  'throw-frozen': () => Object.freeze(new Frozen('frozen')),
  'throw-message-getter': () => Object.defineProperty(new Error(), 'message', { get: thrower('no message') }),
  'throw-nothing-readable': () => new Proxy(new Error(), { get: () => nothingReadable() }),
  'throw-number-message': () => ({ message: 5 }),
  'throw-bad-data': () => Object.assign(new Error('bad data'), { code: -32_000, data: { a: 1n } }),
};

/** Throws something that throws again when code reads it. */
function nothingReadable(): never {
  throw new Proxy(new Error(), { get: () => nothingReadable() });
}

/** Turns the refusal of a message into a result. */
const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => ({ refused: 'not at all' }),
    (error: unknown) => ({ refused: (error as Error).message }),
  );

const LOG = { level: 'error', logger: 'hostile' };
const form = (extra: unknown) => ({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} }, extra });
const sampling = (extra: unknown) => ({ messages: [], maxTokens: 1, metadata: { extra } });

/** What a handler does to its server, its call or its process. */
export const DEEDS: Readonly<Record<string, Fault>> = {
  'log-unwritable': (ground) => refusalOf(ground.notify('notifications/message', { ...LOG, data: { a: 1n } })),
  'progress-unwritable': (ground) =>
    refusalOf(ground.notify('notifications/progress', { progressToken: 'p', progress: 1, message: circular() })),
  'announce-unwritable': (ground) =>
    refusalOf(ground.announce('notifications/tools/list_changed', { _meta: { a: 1n } })),
  'custom-unwritable': (ground) => refusalOf(ground.notify('notifications/custom', { a: 1n })),
  'elicit-unwritable': (ground) => refusalOf(ground.ask('elicitation/create', form(1n))),
  'sample-unwritable': (ground) => refusalOf(ground.ask('sampling/createMessage', sampling(1n))),
  'roots-unwritable': (ground) => refusalOf(ground.ask('roots/list', { _meta: { a: 1n } })),
  close: async (ground) => {
    await ground.close();
    return {};
  },
  'close-transport': async (ground) => {
    await ground.closeTransport();
    return {};
  },
  'close-later': (ground) => {
    setTimeout(() => void ground.close(), 1);
    return new Promise(() => undefined);
  },
  'close-after': (ground) => {
    setTimeout(() => void ground.close(), 1);
    return {};
  },
  'connect-elsewhere': (ground) => refusalOf(ground.connectElsewhere()),
  never: (ground) => {
    ground.signal.addEventListener('abort', () => process.stderr.write('hostile: never was aborted\n'));
    return new Promise(() => undefined);
  },
  ask: (ground) => ground.ask('elicitation/create', form('nothing')),
  unhandled: () => {
    void Promise.reject(new Error('hostile: unhandled'));
    return {};
  },
  'unhandled-later': () => {
    setTimeout(() => void Promise.reject(new Error('hostile: unhandled later')), 1);
    return {};
  },
  uncaught: () => {
    setTimeout(thrower('hostile: uncaught'), 1);
    return {};
  },
  block: () => {
    const until = performance.now() + 1500;
    while (performance.now() < until);
    return {};
  },
  exit: () => process.exit(3),
  'exit-imported': () => exit(3),
  'exit-kept': () => kept(3),
  sigterm: () => {
    process.on('SIGTERM', () => process.exit(3));
    return {};
  },
};
