import { deployment } from './deployment.ts';
import { legacy } from './legacy.ts';

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

const entries = {
  ...legacy,
  'change.of-own-list': [
    'What a handler announces of the list that it is answering is told to nobody; what another call announces meanwhile is told.',
    ANYPOD,
  ],
  'change.coalesced': [
    'Changes that are alike and come close together are told as two at most, the first at once and the last always.',
    ANYPOD,
  ],
  'http.status.method': ['405 with Allow for other methods.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6'],
  'http.status.content-type': ['415 for anything but JSON.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16'],
  'http.status.body-size': ['413 above the limit.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14'],
  'http.status.broken-json': [
    '400 with -32700 for broken JSON and -32600 for what is not JSON-RPC.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'http.status.says-what-to-do': ['Every refusal has a JSON-RPC error that says what to do.', ANYPOD],
  'http.accept.form': [
    'The answer has a form that Accept takes, JSON or a stream; 406 only where neither will do.',
    'https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1',
  ],
  'http.accept.json-waits': [
    'To a client that takes only JSON the answer waits as JSON; what belongs to its call goes to the standing stream.',
    SENDING,
  ],
  'http.body.depth': ['A body that is nested too deep is refused with 400 and -32600, under its id.', ANYPOD],
  'http.body.coding': [
    'gzip, deflate and br are decoded within the limit of a body; another coding is refused with 415.',
    'https://www.rfc-editor.org/rfc/rfc9110#section-8.4',
  ],
  'http.body.byte-order-mark': [
    'A byte order mark before the JSON is skipped.',
    'https://www.rfc-editor.org/rfc/rfc8259#section-8.1',
  ],
  'http.path.slash': ['The endpoint is served with a slash behind its path too.', ANYPOD],
  'http.path.unknown': [
    'Another path, a wrong method and a request that cannot be read are answered in JSON with a sentence, never in HTML.',
    ANYPOD,
  ],
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
    'A client that tries 2026-07-28 first falls back to initialize where the server is of SDK v1.',
    `${MODERN}/basic/lifecycle`,
  ],

  'host.faults.values': [
    'Whatever a handler returns, throws or sends, its call gets an answer that says what was wrong, and no other call notices.',
    ANYPOD,
  ],
  'host.faults.close': [
    'A server that closes itself ends its session on every pod: what runs gets an error, what comes later 404.',
    ANYPOD,
  ],
  'host.faults.process': [
    'Whatever a handler does to its process, its call is answered, the log and a metric say what happened, and no other call is cut off.',
    ANYPOD,
  ],
  'host.faults.timeout': ['A call that takes longer than ANYPOD_CALL_TIMEOUT gets an error and is aborted.', ANYPOD],
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
  'pod.drain.listeners': [
    "Listeners of the server's module for signals run after the drain, and cut no call short.",
    ANYPOD,
  ],
  'pod.fault.rejection': [
    'A rejection that a server handles nowhere is logged with its call and counted, and the pod goes on.',
    ANYPOD,
  ],
  'pod.fault.exception': [
    'An exception that a server catches nowhere drains its pod, which exits with 1 and costs other clients nothing.',
    ANYPOD,
  ],
  'pod.fault.exit': ['A server that calls process.exit() gets an error, and its pod drains.', ANYPOD],
  'pod.fault.blocked': ['The log tells how long the event loop stood still, and a metric counts it.', ANYPOD],
  'pod.start.stops': ['A pod that is told to go before it serves goes at once, with exit code 0.', ANYPOD],
  'pod.start.holds': ['A request that comes before the pod is ready waits for it.', ANYPOD],
  'pod.drain.nothing-fails': [
    'A pod that is told to stop, and all of them one after the other, cost no request and no event.',
    ANYPOD,
  ],
  'pod.drain.hands-over': [
    'What still runs when a pod has to go is handed over at once; a modern call is told that the pod drains.',
    ANYPOD,
  ],
  'pod.drain.arriving': [
    'A pod that goes waits for a call as soon as it begins to arrive: while its body comes, and while its session is loaded.',
    ANYPOD,
  ],
  'pod.drain.gone': [
    'A pod that has gone refuses a call with 503 and never begins it, so that no other pod takes it for lost.',
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

  'host.factory.fresh': [
    'A factory that returns one server twice is refused at the start, and told that each call must make a new one.',
    ANYPOD,
  ],
  'host.factory.start': ['A factory that fails at the start ends it with exit code 2 and a sentence.', ANYPOD],
  'host.factory.no-list': [
    'A server that does not list its tools at the start is served; the tools are not known until a client asks.',
    ANYPOD,
  ],
  'host.factory.fails': [
    'A factory that fails later fails the request that needed it, with reason factory_failed, and nothing else.',
    ANYPOD,
  ],
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
