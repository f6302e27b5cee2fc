import {
  MEMORY,
  MODERN,
  MODERN_MEMORY,
  REDIS,
  REUSING,
  SDK_ALONE,
  SDK_ALONE_KEPT,
  SDK_ALONE_MODERN,
  SDK_ALONE_REUSED,
  SDK_MODERN,
  SDK_V1,
  SDK_V1_SSE,
  SDK_V1_STATELESS,
  SDK_V2,
} from '../kinds.ts';
import type { Subject } from '../subject.ts';
import { floorOf, subject } from '../suites.ts';
import type { Work } from '../work.ts';
import {
  FASTMCP,
  FASTMCP_STATELESS,
  GO,
  GO_MODERN,
  GO_SSE,
  GO_STATELESS,
  MCP_HANDLER,
  type Peer,
  RMCP,
  RMCP_MODERN,
  RMCP_STATELESS,
} from './peers.ts';

/** Servers that are measured side by side; the first is the bare echo. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly subjects: readonly Subject[];
}

/** What a study is made of. */
interface Plan {
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  readonly peers: readonly Peer[];
  readonly tools: readonly number[];
  /** Those for which it matters where schemas are made: they make servers while they work. */
  readonly makeServers?: readonly Peer[];
}

const WITH_SESSIONS = [SDK_ALONE, MEMORY, REDIS, SDK_V1, SDK_V1_SSE, SDK_V2, FASTMCP, GO, GO_SSE, RMCP];
const WITHOUT_SESSIONS = [
  ...[SDK_ALONE_MODERN, SDK_ALONE_REUSED, MODERN_MEMORY, MODERN, REUSING, SDK_MODERN, MCP_HANDLER, GO_MODERN],
  RMCP_MODERN,
  ...[SDK_V1_STATELESS, FASTMCP_STATELESS, GO_STATELESS, RMCP_STATELESS],
];

/** Those whose tools are the bench's own: `find_orders` has been written once. */
const hasFindOrders = ({ toolchain }: Peer) => toolchain === undefined;

const PLANS: readonly Plan[] = [
  {
    name: 'session',
    title: 'A call in a warm session',
    work: 'call',
    peers: WITH_SESSIONS,
    tools: [1, 20],
    makeServers: [REDIS],
  },
  {
    name: 'session-mixed',
    title: 'Calls with several tools and sizes in a warm session',
    work: 'mixed',
    peers: WITH_SESSIONS,
    tools: [20],
    makeServers: [REDIS],
  },
  {
    name: 'session-held-out',
    title: 'Calls of the held-out mix in a warm session: large results, texts in many scripts, errors',
    work: 'held-out',
    peers: WITH_SESSIONS.filter(hasFindOrders),
    tools: [20],
  },
  {
    name: 'stream',
    title: 'A call that reports progress in a warm session, answered by an event stream',
    work: 'progress',
    peers: [MEMORY, REDIS, SDK_V1_SSE, FASTMCP, GO_SSE, RMCP],
    tools: [1, 20],
  },
  {
    name: 'stateless',
    title: 'A call without a session',
    work: 'call',
    peers: WITHOUT_SESSIONS,
    tools: [1, 20],
    makeServers: [MODERN, REUSING, SDK_MODERN, MCP_HANDLER, SDK_V1_STATELESS],
  },
  {
    name: 'stateless-mixed',
    title: 'Calls with several tools and sizes without a session',
    work: 'mixed',
    peers: WITHOUT_SESSIONS,
    tools: [20],
    makeServers: [REUSING],
  },
  {
    name: 'stateless-held-out',
    title: 'Calls of the held-out mix without a session',
    work: 'held-out',
    peers: WITHOUT_SESSIONS.filter(hasFindOrders),
    tools: [20],
  },
  {
    name: 'open',
    title: 'Opening a session, and the cost of an idle session',
    work: 'open',
    peers: [SDK_ALONE, SDK_ALONE_KEPT, MEMORY, REDIS, SDK_V1, SDK_V2, FASTMCP, GO, RMCP],
    tools: [1, 20],
    makeServers: [REDIS, SDK_V1],
  },
];

/** All studies, without the peers whose toolchain is `missing`. */
export function studies(missing: readonly string[]): Study[] {
  const isThere = ({ toolchain }: Peer) => toolchain === undefined || !missing.includes(toolchain);
  return PLANS.map(({ name, title, work, peers, tools, makeServers = [] }) => {
    const present = peers.filter(isThere);
    const hoisted = present.flatMap((peer) => tools.map((count) => subject(peer, work, count)));
    const inFactory = makeServers.map((peer) => subject(peer, work, Math.max(...tools), 'factory'));
    return { name, title, subjects: [floorOf(work), ...hoisted, ...inFactory] };
  });
}
