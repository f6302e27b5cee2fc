import { deployment } from './deployment.ts';

/**
 * The behaviours that anypod promises, each with the clause of the specification it follows (or the guarantee of anypod's
 * own where the specification is silent: `docs/architecture.md`).
 *
 * A test says which one it proves by its id in square brackets in its title, several where it proves several:
 *
 *     it('answers DELETE after every pod has let go [legacy.delete.confirmed]', …)
 *
 * `coverage.test.ts` reads all test files and contract suites. It fails on a behaviour that no test cites and on an id
 * that is not here.
 */
export interface Requirement {
  /** What holds, in one sentence. */
  readonly behaviour: string;
  /** Where it is written. */
  readonly clause: string;
}

const LEGACY = 'https://modelcontextprotocol.io/specification/2025-11-25';
const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const ANYPOD = 'docs/architecture.md';
const METRICS = 'docs/metrics.md';
const BALANCERS = 'docs/balancers.md';

const TRANSPORTS = `${LEGACY}/basic/transports`;
const SENDING = `${TRANSPORTS}#sending-messages-to-the-server`;
const LISTENING = `${TRANSPORTS}#listening-for-messages-from-the-server`;
const RESUMING = `${TRANSPORTS}#resumability-and-redelivery`;
const SESSIONS = `${TRANSPORTS}#session-management`;
const LIFECYCLE = `${LEGACY}/basic/lifecycle`;
const CANCELLATION = `${LEGACY}/basic/utilities/cancellation`;
const ELICITATION = `${LEGACY}/client/elicitation`;

const entries = {
  'legacy.initialize.stored-first': ['The session is stored before initialize is answered.', SESSIONS],
  'legacy.initialized.every-server': [
    'notifications/initialized reaches every server object of the session exactly once, before any request that follows it; never where the client never sent it.',
    `${LIFECYCLE}#initialization`,
  ],
  'legacy.notified.every-server': [
    'A notification of the client reaches every server of the session; one that is built later gets the last of each kind.',
    ANYPOD,
  ],
  'legacy.handlers.asked-first': [
    "The server's own handlers of logging/setLevel and resources/subscribe|unsubscribe are asked first and may refuse.",
    ANYPOD,
  ],
  'legacy.handlers.every-pod': [
    'Level and subscriptions are told to the own handlers of every server of the session, on other pods and later too.',
    ANYPOD,
  ],
  'legacy.rehydrate.negotiated': [
    'Every pod knows the negotiated version, the client info and the client capabilities.',
    `${LIFECYCLE}#capability-negotiation`,
  ],

  'legacy.answer.json': ['A handler that ends soon, with no message of its own, is answered with plain JSON.', SENDING],
  'legacy.answer.sse': ['A handler that takes longer, or sends a message, is answered with SSE.', SENDING],
  'legacy.answer.sse-headers': ['SSE goes out with headers that keep proxies from buffering or changing it.', ANYPOD],
  'legacy.answer.heartbeat': ['A silent stream carries comments, so that nobody between cuts it.', ANYPOD],
  'legacy.answer.priming': [
    'From 2025-11-25 on a stream begins with an event that has an id, empty data and retry.',
    SENDING,
  ],

  'legacy.resume.any-pod': [
    'GET with Last-Event-ID on any pod replays a call and follows it to its response.',
    RESUMING,
  ],
  'legacy.resume.exactly-once': ['Each event reaches a resuming client exactly once and in order.', RESUMING],
  'legacy.resume.primed': [
    'A resumed stream gives its id again before anything else comes, so that it may break once more.',
    RESUMING,
  ],
  'legacy.resume.foreign': ['An event id of another session, or a forged one, is refused.', RESUMING],
  'legacy.answer.slow-reader': [
    'A reader that is too slow is ended, not waited for, and has everything after it resumed.',
    RESUMING,
  ],
  'legacy.disconnect.keeps-running': ['A client that disconnects does not cancel its call.', SENDING],

  'legacy.question.on-its-stream': [
    'A question goes out on the stream of the request that caused it, also where the SDK forgets the relation.',
    SENDING,
  ],
  'legacy.question.answer-any-pod': ['The answer may be posted to any pod.', SENDING],
  'legacy.question.first-answer-wins': ['Only the first answer reaches the handler.', ANYPOD],
  'legacy.question.unique-ids': [
    'Ids of questions are unique in the session, across pods.',
    `${LEGACY}/basic#requests`,
  ],
  'legacy.question.progress': [
    "The client's progress on a question reaches the handler that waits.",
    `${LEGACY}/basic/utilities/progress`,
  ],
  'legacy.question.cancelled': ['A question that the server gives up is cancelled at the client.', CANCELLATION],
  'legacy.question.timeout': ['A question that nobody answers times out.', `${LIFECYCLE}#timeouts`],
  'legacy.question.url': ['Elicitation in URL mode works like form mode.', ELICITATION],

  'legacy.cancel.any-pod': ['notifications/cancelled on any pod stops the request wherever it runs.', CANCELLATION],
  'legacy.cancel.ends-stream': ['The stream of a cancelled request ends.', CANCELLATION],
  'legacy.cancel.overtakes': ['A cancellation that overtakes its request still counts.', CANCELLATION],

  'legacy.standing.newest-wins': ['The newest GET takes the standing stream over from an older one.', LISTENING],
  'legacy.standing.any-pod': ['Notifications of one pod reach the standing stream on another.', LISTENING],
  'legacy.log-level.every-pod': [
    'logging/setLevel holds on every pod once it is answered, also for what a server says without a request.',
    `${LEGACY}/server/utilities/logging#setting-log-level`,
  ],
  'legacy.subscribe.everywhere': [
    'resources/subscribe on one pod, an update on another: the subscriber is told; after unsubscribe it is not.',
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
  'legacy.status.accept': ['406 where the client does not accept JSON and SSE.', SENDING],
  'legacy.status.batch': [
    'Batches are taken only in the revision that has them.',
    'https://modelcontextprotocol.io/specification/2025-03-26/basic#batching',
  ],
  'http.status.method': ['405 with Allow for other methods.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6'],
  'http.status.content-type': ['415 for anything but JSON.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16'],
  'http.status.body-size': ['413 above the limit.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14'],
  'http.status.broken-json': [
    '400 with -32700 for broken JSON and -32600 for what is not JSON-RPC.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'http.status.says-what-to-do': ['Every refusal has a JSON-RPC error that says what to do.', ANYPOD],
  'http.origin.foreign': ['403 for a foreign Host or Origin.', `${TRANSPORTS}#security-warning`],

  'http.balancer.unbuffered': ['Through each documented balancer an event arrives before the next is sent.', BALANCERS],
  'http.balancer.idle': ["A silent stream outlives a balancer's idle timeout by its heartbeats.", BALANCERS],
  'http.balancer.abort': ['A client that goes away takes its request to the pod with it.', BALANCERS],
  'http.balancer.body': ['A body up to the limit arrives; the refusal of a larger one comes from the pod.', BALANCERS],
  'http.balancer.host': ['Pods are told which host the client asked for.', BALANCERS],
  'http.balancer.reload': ['A reload of the balancer ends neither streams nor calls.', BALANCERS],
  'http.balancer.no-repeat': ['A balancer sends no POST twice that may have reached a pod.', BALANCERS],
  'http.balancer.pod-down': ['A request for a pod that cannot be connected goes to another one.', BALANCERS],
  'http.balancer.connections': ['Idle connections are closed by the balancer before the pod would.', BALANCERS],
  'http.balancer.rollout': [
    'A rolling replacement of the pods behind each balancer loses and doubles nothing.',
    BALANCERS,
  ],

  'legacy.session.forged-id': ['A forged session id is refused without asking the store.', ANYPOD],
  'legacy.session.sliding-ttl': ['A session lives as long as it is used, and is touched rarely.', ANYPOD],
  'legacy.session.anonymous': ['Two anonymous sessions share nothing.', `${LEGACY}/basic/security_best_practices`],

  'modern.serve.any-pod': ['Every request stands alone: any pod answers it.', `${MODERN}/basic/transports`],
  'cost.redis.round-trips': [
    'Redis is asked once for a session that a pod has not cached, and never for one that it has or for a stateless call.',
    ANYPOD,
  ],
  'modern.reuse.declared': ['A server serves a second request only where its module declares that it may.', ANYPOD],
  'modern.reuse.apart': ['Callers whose requests one server serves see nothing of each other.', ANYPOD],
  'modern.state.any-pod': ['A request state of one pod is accepted on another.', `${MODERN}/basic/patterns/mrtr`],
  'modern.state.tampered': [
    'A changed request state is refused before the tool runs.',
    `${MODERN}/basic/patterns/mrtr`,
  ],
  'modern.listen.changes': [
    'Changed lists and updated resources that a handler announces reach listen streams on every pod.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'modern.listen.notify': [
    'Changes that the host announces by notify reach listen streams on every pod.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'modern.disconnect.cancels': [
    'A client that disconnects cancels its call.',
    `${MODERN}/basic/utilities/cancellation`,
  ],
  'modern.retry.join': ['A repeat of a guarded call joins the running one on another pod.', ANYPOD],
  'modern.retry.stored': ['A repeat of a guarded call gets the result of one whose client was cut off.', ANYPOD],
  'modern.retry.principal': ['A guarded call is never joined across principals.', ANYPOD],
  'modern.retry.lost': [
    'Who waits for a call of a killed pod gets an honest error, or the call again where that is safe.',
    ANYPOD,
  ],
  'modern.state.once': ['A single-use request state is accepted once on all pods.', ANYPOD],
  'modern.v1.refused': [
    'A server of SDK v1 answers a modern client with -32022 and the supported versions.',
    `${MODERN}/basic/lifecycle`,
  ],

  'pod.drain.order': [
    'On SIGTERM a pod is not ready but alive, serves on connections that close, and exits with 0; a second one ends it at once.',
    ANYPOD,
  ],
  'pod.drain.refuses': [
    'Once the balancer has had time to notice, a pod that goes refuses connections and ends what it has.',
    ANYPOD,
  ],
  'pod.drain.idle-connections': [
    'A client that heeds Keep-Alive has no idle connection left when a pod that goes closes them.',
    ANYPOD,
  ],
  'pod.start.holds': ['A request that comes before the pod is ready waits for it.', ANYPOD],
  'pod.drain.nothing-fails': [
    'A pod that is told to stop, and all of them one after the other, cost no request and no event.',
    ANYPOD,
  ],
  'pod.drain.hands-over': [
    'What still runs when a pod has to go is handed over at once; a modern call is told that the pod drains.',
    ANYPOD,
  ],
  'pod.age.spreads': [
    'Streams that wait and connections that are kept move to pods that came later, once they are old, without a loss.',
    ANYPOD,
  ],
  'pod.age.off': ['Without an age streams and connections stay where they are.', ANYPOD],
  'pod.age.listen': [
    'A subscriptions/listen stream ends with its final result once it is old, where the operator wants that.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'pod.lost.honest-end': [
    'A call whose pod was lost ends with -32603, reason pod_lost, and whether to try again; soon after two leases.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'pod.lost.rerun': [
    'A read-only call whose pod was lost runs again on another pod, on the same stream.',
    `${LEGACY}/server/tools#tool`,
  ],
  'pod.lost.effects-once': ['The loss of a pod doubles no side effect.', ANYPOD],
  'pod.lost.fenced': ['A pod that comes back after its exchanges were taken over says nothing more of them.', ANYPOD],
  'pod.lost.standing-streams': [
    'Standing streams of a lost pod come back on other pods and have missed nothing.',
    LISTENING,
  ],
  'pod.lease.blocked-loop': ['A tool that blocks the event loop for two leases does not look like a dead pod.', ANYPOD],

  'store.outage.streams-continue': ['Open streams go on after an outage of the store without loss or repeat.', ANYPOD],
  'store.outage.no-orphans': ['An outage of the store is no evidence that a pod is dead.', ANYPOD],
  'store.failover': [
    'Where replicas are waited for, a failover loses and doubles no event.',
    'https://redis.io/docs/latest/commands/wait/',
  ],
  'store.flushed': ['After the store was emptied old sessions are unknown, new ones work and nothing crashes.', ANYPOD],

  'metrics.exact': [
    'What all pods count adds up to what clients did: requests, sessions, resumes, orphans; gauges return to zero.',
    METRICS,
  ],
  'metrics.from-zero': ['Counters and gauges are there, as zero, before their first event.', METRICS],
  'metrics.bounded': ['No client can add a series: methods that MCP does not know count as other.', METRICS],
  'metrics.drain': ['Metrics are served until a pod is gone, and tell how far its drain is.', METRICS],
  'metrics.documented': ['Every series that a pod exports is documented, with its type and its labels.', METRICS],

  'host.sdk.own-install': ['A module is hosted with the SDK that it resolves itself, v1 or v2.', ANYPOD],
  'pod.kustomize.drain': [
    'The grace period of the manifests covers the preStop sleep, the drain delay, the longest call and a margin.',
    'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
  ],
  'pod.blue-green.refuses': [
    'The blue-green script flips nothing where the idle colour is not ready or does not pass the check.',
    ANYPOD,
  ],
  'pod.blue-green.stays': ['Applying the manifests again leaves alone what a flip decided.', ANYPOD],
  'host.check.pods': [
    '`anypod check` passes only where one pod goes on with the stream of another, and says what to do where it fails.',
    ANYPOD,
  ],
  'host.schemas.slow-factory': [
    'A factory that builds its schemas inside works, and the log says what it costs.',
    ANYPOD,
  ],

  ...deployment,
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;

export type RequirementId = keyof typeof entries;

export const requirements: Readonly<Record<RequirementId, Requirement>> = Object.fromEntries(
  Object.entries(entries).map(([id, [behaviour, clause]]) => [id, { behaviour, clause }]),
) as Record<RequirementId, Requirement>;
