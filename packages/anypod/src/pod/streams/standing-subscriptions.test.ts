import { expect, it } from 'vitest';
import { silentLog } from '../../core/log.ts';
import { silentMeter } from '../../core/meter.ts';
import type { Reply } from '../../core/reply.ts';
import { createEventIds } from '../../core/session/event-id.ts';
import { NO_CHANGES, type Session } from '../../core/session/session.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { createSigner, randomId } from '../../signing/signer.ts';
import { createBackground } from '../context/background.ts';
import type { PodContext } from '../context/context.ts';
import { POD_DEFAULTS } from '../context/options.ts';
import { StandingStreams } from './standing-streams.ts';

const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {} };
const record = { id: 's', protocolVersion: '2025-06-18', initialize, createdAt: 0 };
const sessionOf = (...uris: string[]): Session => {
  return { record, subscriptions: new Set(uris), cancelled: new Set(), notifications: [], registry: NO_CHANGES };
};

it('a standing stream uses only subscriptions that are current [legacy.subscribe.everywhere]', async () => {
  const store = createMemoryStore();
  const background = createBackground(silentLog);
  const context = {
    pod: 'pod',
    store,
    random: randomId,
    eventIds: createEventIds(createSigner(['a secret of at least thirty-two bytes'])),
    background,
    meter: silentMeter,
    ageLimit: { watch: () => () => undefined },
    options: POD_DEFAULTS,
    closing: new AbortController().signal,
  } as unknown as PodContext;
  const streams = new StandingStreams(context);
  const sent: string[] = [];
  const sink = {
    send: ({ data }: { data: string }) => sent.push(data) > 0,
    drained: async () => undefined,
    onClose: () => undefined,
    end: () => undefined,
  };
  const live = {
    id: 's',
    session: sessionOf('x://left'),
    isFresh: true,
    refresh: async () => {
      live.session = sessionOf('x://kept');
      live.isFresh = true;
    },
  };
  const change = async (uri: string) => {
    const position = await store.changes.publish({ kind: 'resource_updated', uri });
    streams.deliverChange({ position, change: { kind: 'resource_updated', uri } });
    await background.settled();
  };
  await store.sessions.create(record, 'pod');
  await streams.open(live, undefined, { stream: () => sink } as unknown as Reply, () => undefined);
  await background.settled();
  await change('x://left');
  expect(sent.splice(0)).toEqual([expect.stringContaining('x://left')]);
  live.isFresh = false;
  for (const uri of ['x://left', 'x://kept']) await change(uri);
  expect(sent).toEqual([expect.stringContaining('x://kept')]);
  await store.close();
});
