/** What anypod promises to clients of 2026-07-28; see `requirements.ts`. */

const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const ANYPOD = 'docs/architecture.md';

export const modern = {
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
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;
