const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const ANYPOD = 'docs/architecture.md';

/** What holds for requests of 2026-07-28, and for handlers that ask as that revision does. */
export const modern = {
  'modern.direct': ['A call that skips the checks of the SDK is answered as if the SDK had checked it.', ANYPOD],
  'modern.reuse.declared': ['A server serves a second request only if its module allows it.', ANYPOD],
  'modern.reuse.apart': ['If one server serves requests of several callers, they see nothing of each other.', ANYPOD],
  'modern.state.any-pod': ['A pod accepts a request state that another pod made.', `${MODERN}/basic/patterns/mrtr`],
  'modern.state.tampered': [
    'A changed request state is refused before the tool runs.',
    `${MODERN}/basic/patterns/mrtr`,
  ],
  'modern.listen.changes': [
    'Changed lists and updated resources that a handler announces reach listen streams on every pod.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'modern.listen.notify': [
    'Changes that the host announces with notify reach listen streams on every pod.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'modern.disconnect.cancels': [
    'A client that disconnects cancels its call.',
    `${MODERN}/basic/utilities/cancellation`,
  ],
  'modern.retry.join': ['A repeat of a guarded call joins the running one on another pod.', ANYPOD],
  'modern.retry.stored': [
    'If a client was cut off, its repeat of a guarded call gets the result of the first call.',
    ANYPOD,
  ],
  'modern.retry.principal': ["No principal joins another principal's guarded call.", ANYPOD],
  'modern.retry.lost': [
    'If a pod is killed, a client that waits for its call gets an error that says so, or the call runs again if that is safe.',
    ANYPOD,
  ],
  'modern.state.once': ['A single-use request state is accepted once across all pods.', ANYPOD],
  'modern.v1.served': [
    'A server of SDK v1 serves 2026-07-28, with the checks of that revision, and clients that may choose take it.',
    `${MODERN}/basic/versioning`,
  ],
  'legacy.rounds.lost': [
    'If a pod is lost while a handler that asks in rounds waits for answers, another pod calls the handler again with them.',
    ANYPOD,
  ],
  'modern.push.rounds': [
    'A handler that awaits a question is asked for in an input_required result, and goes on with the answer.',
    `${MODERN}/basic/patterns/mrtr`,
  ],
  'modern.push.at-once': [
    'Questions that a handler asks at once go out together; what the client leaves open is asked again.',
    `${MODERN}/basic/patterns/mrtr`,
  ],
  'modern.push.declined': ['A handler learns that the user declined or cancelled.', `${MODERN}/client/elicitation`],
  'modern.push.capability': [
    'If a call fails because its client cannot be asked, the client gets -32021 with what it would have to declare.',
    `${MODERN}/basic`,
  ],
  'modern.push.state': [
    'The state of a parked call wakes it once, for the same caller and the same request.',
    `${MODERN}/basic/patterns/mrtr`,
  ],
  'modern.push.any-pod': ['The answers to a parked call may reach any pod, and so may its progress.', ANYPOD],
  'modern.push.lost': ['If the pod of a parked call is gone, its client gets an error that says so.', ANYPOD],
  'modern.push.reruns': ['If its tool may run again, it does, with the answers that the client has given.', ANYPOD],
  'modern.push.expires': ['A call that waits for too long for answers is aborted.', ANYPOD],
  'modern.push.limit': ['A pod parks so many calls and no more.', ANYPOD],
  'modern.push.cancelled': [
    'A client that disconnects ends the parked call which speaks to it, and no other.',
    `${MODERN}/basic/utilities/cancellation`,
  ],
  'modern.push.drain': ['Parked calls keep no pod from leaving.', ANYPOD],
} as const;
