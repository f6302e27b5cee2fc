import { vi } from 'vitest';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { HostedServer } from '../../core/server-host.ts';
import { createEventIds } from '../../core/session/event-id.ts';
import { createStateLanes } from '../../core/state/state-lanes.ts';
import type { SessionStore } from '../../core/store/session-store.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createAnnouncer } from '../context/announcer.ts';
import { createBackground } from '../context/background.ts';
import type { PodContext } from '../context/context.ts';
import { createDeadlines } from '../context/deadlines.ts';
import { POD_DEFAULTS, type PodOptions } from '../context/options.ts';
import { createTurnEnd } from '../context/turn-end.ts';
import { monotonicNow } from '../lifecycle/lease.ts';
import { SessionCache } from './session-cache.ts';

/** A cache over a memory store whose loads can be held up, and a host whose servers only count. `onEnded` ends the streams of a session. */
export function setUp(options: PodOptions = {}, onEnded: (id: string) => void = () => undefined) {
  const store = createMemoryStore();
  const signer = createSigner(['a secret of at least thirty-two bytes']);
  const open = { servers: 0 };
  const notified: string[] = [];
  const standing: string[] = [];
  const lease = { held: true, since: 0 };
  const hosted = (): HostedServer => {
    open.servers += 1;
    const close = async () => {
      open.servers -= 1;
    };
    const nothing = () => undefined;
    return {
      capabilities: {},
      request: nothing,
      deliver: nothing,
      abort: nothing,
      notify: async ({ method }) => void notified.push(method),
      handles: () => false,
      challenge: () => undefined,
      ask: () => Promise.reject(new Error('not used')),
      registry: undefined,
      toolHints: async () => undefined,
      close,
    };
  };
  const load = vi.fn<SessionStore['load']>((id, pod) => store.sessions.load(id, pod));
  const background = createBackground(silentLog);
  const closing = new AbortController().signal;
  const context: PodContext = {
    ageLimit: { watch: () => () => undefined },
    deadlines: createDeadlines(1000, monotonicNow, silentLog),
    pod: 'pod',
    store: { ...store, sessions: { ...store.sessions, load } },
    host: {
      bytes: 1000,
      initialize: () => Promise.reject(new Error('not used')),
      rehydrate: async () => hosted(),
    },
    signer,
    ...{ random: randomId, hash: (id) => id },
    eventIds: createEventIds(signer),
    log: silentLog,
    meter: silentMeter,
    lanes: createStateLanes('pod'),
    handlesFor: () => {
      throw new Error('not used');
    },
    background,
    turnEnd: createTurnEnd(),
    announcer: createAnnouncer({ background, closing, now: monotonicNow, log: silentLog }),
    options: { ...POD_DEFAULTS, ...options },
    now: monotonicNow,
    heldSince: () => (lease.held ? lease.since : Number.POSITIVE_INFINITY),
    mayJudge: () => lease.held,
    departed: () => false,
    closing,
  };
  const cache = new SessionCache(
    context,
    async (_session, data) => void standing.push(data),
    onEnded,
    () => undefined,
    async () => undefined,
  );
  return { store, cache, load, open, context, lease, notified, standing };
}
