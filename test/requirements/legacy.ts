/** What anypod promises to clients of the revisions with sessions; see `requirements.ts`. */

const LEGACY = 'https://modelcontextprotocol.io/specification/2025-11-25';
const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const ANYPOD = 'docs/architecture.md';
const TRANSPORTS = `${LEGACY}/basic/transports`;
const SENDING = `${TRANSPORTS}#sending-messages-to-the-server`;
const LISTENING = `${TRANSPORTS}#listening-for-messages-from-the-server`;
const RESUMING = `${TRANSPORTS}#resumability-and-redelivery`;
const SESSIONS = `${TRANSPORTS}#session-management`;
const LIFECYCLE = `${LEGACY}/basic/lifecycle`;
const CANCELLATION = `${LEGACY}/basic/utilities/cancellation`;
const ELICITATION = `${LEGACY}/client/elicitation`;

export const legacy = {
  'legacy.initialize.stored-first': ['The session is stored before initialize is answered.', SESSIONS],
  'legacy.initialized.every-server': [
    'notifications/initialized reaches every server of the session exactly once, before any later request. If the client never sent it, no server gets it.',
    `${LIFECYCLE}#initialization`,
  ],
  'legacy.notified.every-server': [
    'A notification of the client reaches every server of the session. A server that is built later gets the last of each kind.',
    ANYPOD,
  ],
  'legacy.handlers.asked-first': [
    "The server's own handlers of logging/setLevel and resources/subscribe|unsubscribe run first and may refuse.",
    ANYPOD,
  ],
  'legacy.handlers.every-pod': [
    'The own handlers of every server of the session learn level and subscriptions, also on other pods and in servers that are built later.',
    ANYPOD,
  ],
  'legacy.initialize.broken': [
    'The answer to an incomplete initialize is -32602, with one sentence that names the path of the fault.',
    `${LIFECYCLE}#initialization`,
  ],
  'legacy.initialize.body-decides': [
    'With a server of SDK v1, the body of initialize decides the version, whatever its version header says.',
    `${LIFECYCLE}#version-negotiation`,
  ],
  'legacy.request.answered': [
    'A request that the SDK would drop gets -32602 under its id. Such a notification or answer is refused with 400.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'legacy.rehydrate.negotiated': [
    'Every pod knows the negotiated version, the client info and the client capabilities.',
    `${LIFECYCLE}#capability-negotiation`,
  ],

  'legacy.answer.json': ['If a handler ends soon and sends no message, the answer is plain JSON.', SENDING],
  'legacy.answer.sse': ['If a handler takes longer or sends a message, the answer is SSE.', SENDING],
  'legacy.answer.sse-headers': ['SSE answers have headers that keep proxies from buffering or changing them.', ANYPOD],
  'legacy.answer.one-line': [
    'The data of an event contains no character at which a client might split lines.',
    SENDING,
  ],
  'legacy.answer.heartbeat': ['A silent stream carries comments, so that no proxy cuts it.', ANYPOD],
  'legacy.answer.priming': [
    'From 2025-11-25 on, a stream begins with an event that has an id, empty data and retry.',
    SENDING,
  ],

  'legacy.resume.any-pod': [
    'GET with Last-Event-ID on any pod replays a call and follows it to its response.',
    RESUMING,
  ],
  'legacy.resume.exactly-once': ['Each event reaches a resuming client exactly once and in order.', RESUMING],
  'legacy.resume.primed': [
    'A resumed stream sends its id again first, so that it can be resumed again if it breaks.',
    RESUMING,
  ],
  'legacy.resume.foreign': ['An event id of another session, or a forged one, is refused.', RESUMING],
  'legacy.answer.slow-reader': [
    'The stream of a reader that is too slow is cut. The reader gets everything when it resumes.',
    RESUMING,
  ],
  'legacy.disconnect.keeps-running': ['A client that disconnects does not cancel its call.', SENDING],

  'legacy.request.id': ["A handler reads the client's own id of its request, on every pod.", ANYPOD],
  'legacy.request.same-id': [
    'Clients that use one id for all requests are served: each concurrent call with that id gets its own answer, and a cancellation stops one.',
    ANYPOD,
  ],
  'legacy.message.after-answer': [
    'A message that a server sends after the answer to its request goes to the standing stream. If it names that request, it is refused.',
    ANYPOD,
  ],
  'legacy.question.on-its-stream': [
    'A question is sent on the stream of the request that caused it, even if the SDK does not name that request.',
    SENDING,
  ],
  'legacy.question.answer-any-pod': ['The client may post the answer to any pod.', SENDING],
  'legacy.question.first-answer-wins': ['Only the first answer reaches the handler.', ANYPOD],
  'legacy.question.unique-ids': [
    'Ids of questions are unique in the session, across pods.',
    `${LEGACY}/basic#requests`,
  ],
  'legacy.question.progress': [
    "The client's progress on a question reaches the handler that waits.",
    `${LEGACY}/basic/utilities/progress`,
  ],
  'legacy.question.progress-order': [
    "The client's progress on a question reaches the handler in the order of its posts, on any pods, and before the answer.",
    ANYPOD,
  ],
  'legacy.question.cancelled': [
    'If the server gives up a question, the client is told that it is cancelled.',
    CANCELLATION,
  ],
  'legacy.question.timeout': ['A question that nobody answers times out.', `${LIFECYCLE}#timeouts`],
  'legacy.question.url': ['Elicitation in URL mode works like form mode.', ELICITATION],

  'legacy.cancel.any-pod': [
    'notifications/cancelled on any pod stops the request on the pod where it runs.',
    CANCELLATION,
  ],
  'legacy.cancel.ends-stream': ['The stream of a cancelled request ends.', CANCELLATION],
  'legacy.cancel.overtakes': [
    'A cancellation that arrives before its request still counts: the request does not run, and gets an error that says so.',
    CANCELLATION,
  ],
  'legacy.cancel.leaves-nothing': [
    'A cancellation of a request that began or ended has no later effect: the next call under its id runs.',
    CANCELLATION,
  ],

  'legacy.standing.newest-wins': ['The newest GET takes the standing stream over from an older one.', LISTENING],
  'legacy.standing.shared': [
    'Clients that share a session take turns on its standing stream, and wait longer after each replacement. A client that only reconnects does not.',
    ANYPOD,
  ],
  'legacy.standing.begins': [
    'GET without Last-Event-ID begins with the messages that no connection of the session has had yet.',
    LISTENING,
  ],
  'legacy.standing.any-pod': ['Notifications of one pod reach the standing stream on another.', LISTENING],
  'legacy.log-level.every-pod': [
    'Once logging/setLevel is answered, it holds on every pod, also for messages that a server sends without a request.',
    `${LEGACY}/server/utilities/logging#setting-log-level`,
  ],
  'legacy.subscribe.everywhere': [
    'After resources/subscribe on one pod, the client hears of an update on another pod. After unsubscribe it does not.',
    `${LEGACY}/server/resources#subscriptions`,
  ],

  'legacy.delete.confirmed': ['After DELETE is answered, every pod answers 404.', SESSIONS],
  'legacy.delete.ends-streams': ['DELETE ends the streams of the session on all pods.', SESSIONS],
  'legacy.delete.aborts': ['DELETE aborts running handlers on all pods.', SESSIONS],

  'legacy.status.session-missing': ['400 without a session id on anything but initialize.', SESSIONS],
  'legacy.status.session-unknown': ['404 for an unknown, expired, ended or foreign session id.', SESSIONS],
  'legacy.status.version': [
    '400 for an unknown version header; a known legacy one is accepted.',
    `${TRANSPORTS}#protocol-version-header`,
  ],
  'legacy.status.batch': [
    'Batches are accepted only in the revision that has them.',
    'https://modelcontextprotocol.io/specification/2025-03-26/basic#batching',
  ],
  'legacy.session.use-renews': [
    'A session lives while one of its streams is open or one of its calls runs. Its streams end with it.',
    ANYPOD,
  ],
  'legacy.session.sliding-ttl': ['A session lives as long as it is used, and a pod renews it rarely.', ANYPOD],
  'legacy.session.anonymous': ['Two anonymous sessions share nothing.', `${LEGACY}/basic/security_best_practices`],

  'modern.serve.any-pod': ['Every request stands alone: any pod answers it.', `${MODERN}/basic/transports`],
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
