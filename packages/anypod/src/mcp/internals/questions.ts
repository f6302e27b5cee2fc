import { type Protocol, protocolOf } from './protocol.ts';

type Ask = (...args: unknown[]) => unknown;

/** The methods of `Server` that ask the client. They are public in SDK v1 and v2. */
const ASKING = ['listRoots', 'createMessage', 'elicitInput'] as const;

/** The requests that they send. */
const QUESTIONS = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

const PATCHED = Symbol.for('anypod.questions');

/** The revision as which a server sends its questions. */
const ASKING_VERSION = '2025-11-25';

/** The capabilities of a client that can answer every question. */
const EVERYTHING = { elicitation: { form: {}, url: {} }, sampling: { tools: {}, context: {} }, roots: {} };

/** A transport that takes questions, and itself judges whether the client can answer them. */
export interface AskableTransport {
  readonly takesQuestions: true;
}

interface Asking extends Protocol {
  _requestMessageId?: number;
  _negotiatedWireCodec?(): unknown;
  _resolveOutboundCodec?(method: string): unknown;
}

/**
 * Lets the handlers of this server's class ask the client while their server serves 2026-07-28. In that revision SDK v2 refuses `elicitInput`,
 * `createMessage` and `listRoots` before a transport sees them, and both SDKs refuse what the client does not declare. With a transport that takes
 * questions, they now send the question as they do in 2025-11-25. With any other transport nothing changes. If a member is missing in this SDK, the
 * SDK's refusal stays.
 */
export function letServersAsk(server: object): void {
  const prototype = owner(protocolOf(server));
  if (prototype === undefined || Object.hasOwn(prototype, PATCHED)) return;
  Object.defineProperty(prototype, PATCHED, { value: true });
  const methods = prototype as unknown as Record<string, Ask | undefined>;
  for (const name of ASKING) {
    const ask = methods[name];
    if (ask === undefined) continue;
    methods[name] = function (this: Asking, ...args: unknown[]) {
      return ask.apply(takesQuestions(this) ? seenAsAsking(this) : this, args);
    };
  }
  const resolve = prototype._resolveOutboundCodec;
  if (resolve === undefined) return;
  // For questions that a handler sends by itself, with `ctx.mcpReq.send`.
  prototype._resolveOutboundCodec = function (this: Asking, method) {
    const asks = QUESTIONS.has(method) && takesQuestions(this);
    return resolve.call(asks ? seenAsAsking(this) : this, method);
  };
}

/** The prototype that has the methods: that of the SDK's own `Server` class, even if the module has derived a class from it. */
function owner(protocol: object): Asking | undefined {
  let found: Asking | undefined;
  for (let one = Object.getPrototypeOf(protocol); one !== null; one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn(one, ASKING[0])) found = one;
  }
  return found;
}

function takesQuestions(server: Asking): boolean {
  return (server.transport as Partial<AskableTransport> | undefined)?.takesQuestions === true;
}

/** The same server, as if it served a 2025-11-25 client that can answer everything. It counts its requests together with the server. */
function seenAsAsking(server: Asking): Asking {
  return Object.create(server, {
    _negotiatedProtocolVersion: { value: ASKING_VERSION },
    _clientCapabilities: { value: EVERYTHING },
    _requestMessageId: {
      get: () => server._requestMessageId,
      set: (id: number) => {
        server._requestMessageId = id;
      },
    },
  }) as Asking;
}
