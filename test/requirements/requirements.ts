import { auth } from './auth.ts';
import { clients } from './clients.ts';
import { deployment } from './deployment.ts';
import { kept } from './kept.ts';
import { legacy } from './legacy.ts';
import { limits } from './limits.ts';
import { modern } from './modern.ts';
import { observing } from './observing.ts';
import { serverless } from './serverless.ts';
import { tasks } from './tasks.ts';

/**
 * The behaviours that anypod promises. Each has the clause of the specification that it follows, or anypod's own guarantee if the specification says
 * nothing (`docs/architecture.md`).
 *
 * A test names the requirements that it proves by their ids in square brackets in its title:
 *
 *     it('answers DELETE after every pod has let go [legacy.delete.confirmed]', …)
 *
 * `coverage.test.ts` reads all test files and contract suites. It fails if no test cites a behaviour, or if a test cites an id that is not here.
 */
export interface Requirement {
  /** The behaviour, in one sentence. */
  readonly behaviour: string;
  /** The clause or document that says so. */
  readonly clause: string;
}

const LEGACY = 'https://modelcontextprotocol.io/specification/2025-11-25';
const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const ANYPOD = 'docs/architecture.md';
const BALANCERS = 'docs/balancers.md';
const TRANSPORTS = `${LEGACY}/basic/transports`;
const SENDING = `${TRANSPORTS}#sending-messages-to-the-server`;
const LISTENING = `${TRANSPORTS}#listening-for-messages-from-the-server`;

const entries = {
  ...legacy,
  ...auth,
  ...kept,
  ...limits,
  'change.of-own-list': [
    'If a handler announces a change of the list that it is answering, nobody is told. If another call announces one meanwhile, clients are told.',
    ANYPOD,
  ],
  'change.coalesced': [
    'Of equal changes that come close together, clients hear of two at most: the first at once, and always the last.',
    ANYPOD,
  ],
  'http.status.method': ['405 with Allow for other methods.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6'],
  'http.status.content-type': ['415 for anything but JSON.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16'],
  'http.status.body-size': ['413 above the limit.', 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14'],
  'http.status.broken-json': [
    '400 with -32700 for broken JSON, and with -32600 for JSON that is not JSON-RPC.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'http.status.says-what-to-do': ['Every refusal has a JSON-RPC error that says what to do.', ANYPOD],
  'http.accept.form': [
    'The answer has a form that Accept allows, JSON or a stream. 406 only if it allows neither.',
    'https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1',
  ],
  'http.accept.json-waits': [
    'A client that takes only JSON gets its answer as JSON when it is complete. Messages of its call go to the standing stream.',
    SENDING,
  ],
  'http.body.depth': [
    'A body that is nested too deep is refused with 400 and -32600, under the id of its request.',
    ANYPOD,
  ],
  'http.body.coding': [
    'Bodies in gzip, deflate and br are decoded, up to the limit of a body. Another coding is refused with 415.',
    'https://www.rfc-editor.org/rfc/rfc9110#section-8.4',
  ],
  'http.body.byte-order-mark': [
    'A byte order mark before the JSON is skipped.',
    'https://www.rfc-editor.org/rfc/rfc8259#section-8.1',
  ],
  'http.path.slash': ['The endpoint also answers with a slash at the end of its path.', ANYPOD],
  'http.path.unknown': [
    'The answer to an unknown path, a wrong method or an unreadable request is JSON with a sentence, never HTML.',
    ANYPOD,
  ],
  'http.path.root': [
    'GET of the root answers like /readyz, because the load balancers of some clouds probe it. Other methods get 404.',
    'docs/balancers.md',
  ],
  'http.origin.foreign': ['403 for a foreign Host or Origin.', `${TRANSPORTS}#security-warning`],

  'http.balancer.unbuffered': [
    'Through each documented balancer, an event arrives before the pod sends the next one.',
    BALANCERS,
  ],
  'http.balancer.idle': ["Heartbeats keep a silent stream open beyond a balancer's idle timeout.", BALANCERS],
  'http.balancer.abort': ['When a client disconnects, the balancer ends its request to the pod.', BALANCERS],
  'http.balancer.body': ['A body up to the limit arrives. The pod, not the balancer, refuses a larger one.', BALANCERS],
  'http.balancer.host': ['Pods learn which host the client asked for.', BALANCERS],
  'http.balancer.reload': ['A reload of the balancer ends neither streams nor calls.', BALANCERS],
  'http.balancer.no-repeat': ['A balancer does not repeat a POST that may have reached a pod.', BALANCERS],
  'http.balancer.pod-down': ['If the balancer cannot connect to a pod, the request goes to another one.', BALANCERS],
  'http.balancer.connections': ['The balancer closes idle connections before the pod would.', BALANCERS],
  'http.balancer.rollout': [
    'A rolling replacement of the pods behind each balancer loses and doubles nothing.',
    BALANCERS,
  ],

  'legacy.session.forged-id': ['A forged session id is refused without asking the store.', ANYPOD],
  'cost.redis.tasks': [
    'A task without questions costs six Redis commands at most, and a call that is too short for one costs none.',
    ANYPOD,
  ],
  'cost.redis.round-trips': [
    'A pod asks Redis once for a session that it has not cached, and never for a cached session or a stateless call.',
    ANYPOD,
  ],

  'host.faults.values': [
    'Whatever a handler returns, throws or sends, its call gets an answer that says what was wrong. Other calls do not notice.',
    ANYPOD,
  ],
  'host.faults.close': [
    'A server that closes itself ends its session on every pod: running calls get an error, later requests get 404.',
    ANYPOD,
  ],
  'host.faults.process': [
    'Whatever a handler does to its process, its call is answered, the log and a metric say what happened, and no other call is interrupted.',
    ANYPOD,
  ],
  'host.faults.watcher': [
    "A client's answer reaches the handler that asked, even if code that watches the server's messages throws at it.",
    ANYPOD,
  ],
  'host.faults.timeout': ['A call that takes longer than ANYPOD_CALL_TIMEOUT gets an error and is aborted.', ANYPOD],
  'store.access': [
    'A pod tries at its start what it needs of Redis. It stays not ready and says in one sentence which user may not do what, until it is allowed.',
    ANYPOD,
  ],
  'store.database': ['A pod sends no command to another database than the one of its URL.', ANYPOD],
  'store.refused': ['A command that Redis does not allow is answered with an error, and is no outage.', ANYPOD],
  'store.no-info': ['A pod whose user may not run INFO loses no message.', ANYPOD],
  'pod.process.exit': [
    'A pod stops with exit code 0 before its start is over, and whether or not somebody reads its log.',
    ANYPOD,
  ],
  'pod.process.parent': ['A pod that npm started drains when its parent has ended.', ANYPOD],
  'pod.process.log': [
    'Where no terminal reads it, every line of the log is one JSON record with the name of its level.',
    ANYPOD,
  ],
  'pod.process.headers': [
    'Headers that are too large get 431 as a JSON-RPC error, a log line, and have a setting.',
    ANYPOD,
  ],
  'pod.drain.order': [
    'On SIGTERM a pod is alive but not ready, serves requests on connections that it then closes, and exits with 0. A second SIGTERM ends it at once.',
    ANYPOD,
  ],
  'pod.drain.refuses': [
    'Once the balancer has had time to notice, a pod that drains refuses new connections and ends those that it has.',
    ANYPOD,
  ],
  'pod.drain.idle-connections': [
    'A client that respects Keep-Alive has no idle connection left when a pod that drains closes them.',
    ANYPOD,
  ],
  'pod.drain.listeners': ["Signal listeners of the server's module run after the drain and interrupt no call.", ANYPOD],
  'pod.fault.rejection': [
    'The pod logs and counts a rejection that a server does not handle, with its call, and goes on.',
    ANYPOD,
  ],
  'pod.fault.exception': [
    'An exception that a server does not catch makes its pod drain and exit with 1. Other clients lose nothing.',
    ANYPOD,
  ],
  'pod.fault.exit': ['process.exit() throws an error in a server that calls it, and the pod drains.', ANYPOD],
  'pod.fault.blocked': ['The log tells how long the event loop stood still, and a metric counts it.', ANYPOD],
  'pod.start.stops': ['A pod that gets SIGTERM before it serves exits at once with code 0.', ANYPOD],
  'pod.start.holds': ['A request that arrives before the pod is ready waits until it is.', ANYPOD],
  'pod.drain.nothing-fails': [
    'Stopping one pod, or all pods one after the other, loses no request and no event.',
    ANYPOD,
  ],
  'pod.drain.hands-over': [
    'When its time is up, a pod hands the calls that still run over at once. A modern call gets an error that says that the pod drains.',
    ANYPOD,
  ],
  'pod.drain.arriving': [
    'A pod that drains waits for a call from its first byte on: while its body arrives and while its session is loaded.',
    ANYPOD,
  ],
  'pod.drain.gone': [
    'A pod that has closed refuses a call with 503 and never begins it, so that no other pod treats the call as lost.',
    ANYPOD,
  ],
  'pod.age.spreads': [
    'Old waiting streams and kept-alive connections move to pods that started later, without a loss.',
    ANYPOD,
  ],
  'pod.age.off': ['Without a maximum age, streams and connections stay where they are.', ANYPOD],
  'pod.age.listen': [
    'An old subscriptions/listen stream ends with its final result, if the operator sets an age for it.',
    `${MODERN}/basic/utilities/subscriptions`,
  ],
  'pod.lost.honest-end': [
    'A call whose pod was lost ends soon after two leases with -32603, reason pod_lost, and whether to try again.',
    'https://www.jsonrpc.org/specification#error_object',
  ],
  'pod.lost.known-id': [
    'A client gets no event id before the store has the request, so a pod that is killed at any moment leaves no id behind that no pod can answer.',
    ANYPOD,
  ],
  'pod.lost.rerun': [
    'A read-only call whose pod was lost runs again on another pod, on the same stream.',
    `${LEGACY}/server/tools#tool`,
  ],
  'pod.lost.effects-once': ['The loss of a pod doubles no side effect.', ANYPOD],
  'pod.lost.fenced': ['A pod that comes back after its exchanges were taken over sends nothing more of them.', ANYPOD],
  'pod.lost.standing-streams': [
    'Standing streams of a lost pod come back on other pods and have missed nothing.',
    LISTENING,
  ],
  'pod.lease.blocked-loop': ['A tool that blocks the event loop for two leases does not look like a dead pod.', ANYPOD],

  'store.outage.streams-continue': ['Open streams go on after an outage of the store without loss or repeat.', ANYPOD],
  'store.outage.no-orphans': ['An outage of the store is no evidence that a pod is dead.', ANYPOD],
  'store.outage.blocked-loop': ['A handler that blocks the event loop makes no command to Redis fail.', ANYPOD],
  'store.failover': [
    'If pods wait for replicas, a failover neither loses nor doubles an event.',
    'https://redis.io/docs/latest/commands/wait/',
  ],
  'store.flushed': [
    'After the store was emptied, old sessions are unknown, new ones work, and nothing crashes.',
    ANYPOD,
  ],

  'host.factory.fresh': [
    'A factory that returns one server twice is refused at the start. The error says that each call must make a new one.',
    ANYPOD,
  ],
  'host.factory.start': ['If the factory fails at the start, anypod exits with code 2 and a sentence.', ANYPOD],
  'host.factory.no-list': [
    'A server that does not list its tools at the start is served. Its tools are unknown until a client asks.',
    ANYPOD,
  ],
  'host.factory.fails': [
    'If the factory fails later, only the request that needed it fails, with reason factory_failed.',
    ANYPOD,
  ],
  'host.sdk.own-install': ['anypod hosts a module with the SDK that the module resolves itself, v1 or v2.', ANYPOD],
  'pod.kustomize.drain': [
    'The grace period of the manifests covers the preStop sleep, the drain delay, the longest call and a margin.',
    'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
  ],
  'pod.blue-green.refuses': [
    'The blue-green script flips nothing if the idle colour is not ready or does not pass the check.',
    ANYPOD,
  ],
  'pod.blue-green.stays': ['Applying the manifests again does not undo a flip.', ANYPOD],
  'host.connect.login': [
    'anypod connect logs the user in with a browser, and keeps the tokens in a file of mode 600.',
    'docs/stdio.md',
  ],
  'host.connect.refresh': [
    'anypod connect refreshes tokens, and asks the user again only for more scopes.',
    'docs/stdio.md',
  ],
  'host.connect.private': ['anypod connect uses no tokens that others can read.', 'docs/stdio.md'],
  'host.check.token': [
    'anypod doctor --smoke sends a token to the URL and to every pod, and prints it nowhere.',
    'docs/cli.md',
  ],
  'host.check.challenge': [
    'Without a token anypod doctor --smoke can test that every pod is ready, refuses with 401, and says where clients get a token.',
    'docs/cli.md',
  ],
  'host.check.pods': [
    '`anypod doctor --smoke` passes only if one pod continues the stream of another. If it fails, it says what to do.',
    ANYPOD,
  ],
  'host.schemas.slow-factory': [
    'A factory that builds its schemas inside works, and the log says what it costs.',
    ANYPOD,
  ],

  ...modern,
  ...deployment,
  ...tasks,
  ...serverless,
  ...observing,
  ...clients,
} as const satisfies Record<string, readonly [behaviour: string, clause: string]>;

export type RequirementId = keyof typeof entries;

export const requirements: Readonly<Record<RequirementId, Requirement>> = Object.fromEntries(
  Object.entries(entries).map(([id, [behaviour, clause]]) => [id, { behaviour, clause }]),
) as Record<RequirementId, Requirement>;
