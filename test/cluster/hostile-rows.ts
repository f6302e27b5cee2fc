/** What an answer must contain: a part of its result, or of its error. */
export interface Expected {
  readonly result?: object;
  readonly error?: object;
}

/** One fault of `test/lib/hostile-module`, and the right answer. */
export interface Row {
  readonly fault: string;
  /** The answer of the tool named after the fault. */
  readonly tool: Expected;
  /** The tool's answer in 2026-07-28, if it differs. */
  readonly modernTool?: Expected;
  /** The answer of everything else that fails in the same way. `what` is its name in a sentence. */
  readonly other?: (what: string) => Expected;
  /** The pod's log message for it. */
  readonly log?: string;
}

const UNWRITABLE = 'a response of the server cannot be written as JSON';
const NO_ERROR = 'a handler threw a value that is not an error';

const failed = (message: string | RegExp, code = -32_603, data?: object): Expected => ({
  error: { code, message, ...(data === undefined ? {} : { data }) },
});
const isError = (text: string): Expected => ({ result: { isError: true, content: [{ type: 'text', text }] } });
const structured = (structuredContent: object): Expected => ({ result: { structuredContent } });

/** `where` is a pattern. */
function unwritable(fault: string, where: (member: string) => string): Row {
  const say = (what: string, member: string) =>
    failed(new RegExp(`^The result of ${what} cannot be written as JSON: ${where(member)}\\.$`), -32_603, {
      reason: 'unwritable',
    });
  return {
    fault,
    tool: say(`tool "${fault}"`, 'structuredContent'),
    other: (what) => say(what, '_meta'),
    log: UNWRITABLE,
  };
}

const speechless = (what: string) => failed(`The handler of ${what} threw something without a message.`);
const refused = (what: string): Expected => structured({ refused: what });

/** Faults after which the session, the pod and all others go on. */
export const ROWS: readonly Row[] = [
  unwritable('bigint', (member) => `${member}.a is a BigInt`),
  // The number of rounds depends on what the SDK has copied.
  unwritable('circular', (member) => `${member}(.self)+ refers back to an object that holds it`),
  unwritable('to-json', (member) => `${member}.a has a toJSON that throws`),
  unwritable('getter', (member) => `${member}.a.b has a getter that throws`),
  unwritable('nested', () => 'it is nested too deeply'),
  {
    fault: 'harmless',
    tool: structured({ n: null, d: '1970-01-01T00:00:00.000Z', kept: 'yes' }),
    other: () => ({ result: { _meta: { n: null, d: '1970-01-01T00:00:00.000Z', kept: 'yes' } } }),
  },
  {
    fault: 'throw-undefined',
    tool: isError('undefined'),
    other: speechless,
    log: NO_ERROR,
  },
  { fault: 'throw-null', tool: isError('null'), other: speechless, log: NO_ERROR },
  {
    fault: 'throw-string',
    tool: isError('just a text'),
    other: (what) => failed(`The handler of ${what} threw a text: just a text`),
  },
  { fault: 'throw-frozen', tool: isError('frozen'), other: () => failed('frozen') },
  { fault: 'throw-message-getter', tool: failed('no message'), other: speechless, log: NO_ERROR },
  { fault: 'throw-number-message', tool: isError('[object Object]'), other: speechless },
  {
    fault: 'throw-bad-data',
    tool: isError('bad data'),
    other: (what) =>
      failed(`The error of ${what} cannot be written as JSON: data.a is a BigInt.`, -32_603, { reason: 'unwritable' }),
    log: UNWRITABLE,
  },
  {
    fault: 'log-unwritable',
    tool: refused('The notification notifications/message cannot be written as JSON: params.data.a is a BigInt.'),
  },
  {
    fault: 'progress-unwritable',
    tool: refused(
      'The notification notifications/progress cannot be written as JSON: params.message.self refers back to an object that holds it.',
    ),
  },
  {
    fault: 'announce-unwritable',
    tool: refused(
      'The notification notifications/tools/list_changed cannot be written as JSON: params._meta.a is a BigInt.',
    ),
    // Listeners hear that the tools changed, but get nothing else from the notification.
    modernTool: refused('not at all'),
  },
  {
    fault: 'custom-unwritable',
    tool: refused('The notification notifications/custom cannot be written as JSON: params.a is a BigInt.'),
  },
  {
    fault: 'elicit-unwritable',
    tool: refused('The request elicitation/create cannot be written as JSON: params.extra is a BigInt.'),
  },
  {
    fault: 'sample-unwritable',
    tool: refused('The request sampling/createMessage cannot be written as JSON: params.metadata.extra is a BigInt.'),
  },
  {
    fault: 'roots-unwritable',
    tool: refused('The request roots/list cannot be written as JSON: params._meta.a is a BigInt.'),
  },
  { fault: 'connect-elsewhere', tool: { result: { structuredContent: { refused: /already connected/i } } } },
];

/** Faults that end their session by closing its server, with the answer of the call that does it. */
export const CLOSING: readonly { readonly fault: string; readonly answer: Expected }[] = [
  ...['close', 'close-transport', 'close-later'].map((fault) => ({
    fault,
    answer: failed('The server closed before it answered this call.', -32_603, { reason: 'server_closed' }),
  })),
  { fault: 'close-after', answer: structured({}) },
];
