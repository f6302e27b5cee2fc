import { describe, expect, it } from 'vitest';
import type { Commands } from '../client/commands.ts';
import { createKeys } from '../keys.ts';
import { buildOf, createRedisKeyVersions } from './key-versions.ts';

const SETTLE_MS = 1000;

const SEALS_NOTHING = ['plain'];

/** A pod's view of the other pods, at the time `clock.now`. `pods` has their versions; undefined: the pod announces none. `sealing` has their payload keys. */
function watching(versions: readonly string[], payloadKeys = SEALS_NOTHING) {
  const keys = createKeys('test', versions);
  const pods = new Map<string, readonly string[] | undefined>();
  const sealing = new Map<string, readonly string[]>();
  const built = (pod: string, known: readonly string[]) =>
    buildOf(pod, { versions: known, payloadKeys: sealing.get(pod) ?? SEALS_NOTHING });
  const gone = built('gone', ['v1']);
  const clock = { now: 5000 };
  const commands = {
    run: async (_script: unknown, [key]: readonly string[]) => {
      if (key === keys.pods()) return [...pods.keys()];
      return [...pods].flatMap(([pod, known]) => (known === undefined ? [] : [built(pod, known)])).concat(gone);
    },
  } as Pick<Commands, 'run'> as Commands;
  const observed = createRedisKeyVersions(commands, keys, { versions, payloadKeys }, SETTLE_MS, () => clock.now);
  const currentAt = async (now: number) => {
    clock.now = now;
    await observed.look();
    return observed.current();
  };
  return { pods, sealing, observed, currentAt };
}

describe('sessions begin', () => {
  it('in the only version of a build that knows one, at once', async () => {
    const { pods, observed, currentAt } = watching(['v1']);
    expect(observed.current()).toBe('v1');
    pods.set('a', ['v1']).set('b', ['v2', 'v1']).set('c', undefined);
    expect(await currentAt(5000)).toBe('v1');
  });

  it('in the newer version when every living pod has known it for the settle time', async () => {
    const { pods, currentAt } = watching(['v2', 'v1']);
    pods.set('a', ['v2', 'v1']).set('b', ['v1']);
    expect(await currentAt(5000)).toBe('v1');
    expect(await currentAt(9000)).toBe('v1');
    pods.set('b', ['v2', 'v1']);
    expect(await currentAt(10_000)).toBe('v1');
    expect(await currentAt(10_999)).toBe('v1');
    expect(await currentAt(11_000)).toBe('v2');
  });

  it('in the old version again as soon as one pod knows no other, and the settle time begins anew', async () => {
    const { pods, currentAt } = watching(['v2', 'v1']);
    await currentAt(5000);
    expect(await currentAt(6000)).toBe('v2');
    pods.set('old', undefined);
    expect(await currentAt(6100)).toBe('v1');
    pods.delete('old');
    expect(await currentAt(6200)).toBe('v1');
    expect(await currentAt(7199)).toBe('v1');
    expect(await currentAt(7200)).toBe('v2');
  });

  it('in what is common with newer pods, however short a time', async () => {
    const { pods, currentAt } = watching(['v2', 'v1']);
    pods.set('newer', ['v3', 'v2']);
    expect(await currentAt(5000)).toBe('v2');
  });
});

it('refuses where no version is common to all, and says whose is which', async () => {
  const { pods, observed } = watching(['v3', 'v2']);
  pods.set('old', undefined).set('other', ['v2', 'v1']);
  await expect(observed.look()).rejects.toMatchObject({
    code: 'no_common_version',
    message: expect.stringContaining('key version v3 and v2. The living pods serve those of v1; v2 and v1'),
  });
});

describe('payload keys', () => {
  async function meet(own: string[], theirs: string[] | undefined) {
    const { pods, sealing, observed } = watching(['v1'], own);
    pods.set('a', ['v1']);
    if (theirs !== undefined) sealing.set('a', theirs);
    return observed.look();
  }

  it.each([
    [['plain'], undefined],
    [['plain', 'one'], undefined],
    [
      ['one', 'plain'],
      ['plain', 'one'],
    ],
    [['one'], ['one', 'plain']],
    [
      ['two', 'one'],
      ['one', 'two'],
    ],
    [['two'], ['two', 'one']],
  ])('%j can be used beside %j', async (own, theirs) => {
    await expect(meet(own, theirs)).resolves.toBeUndefined();
    await expect(meet(theirs ?? ['plain'], own)).resolves.toBeUndefined();
  });

  it.each([
    [['one'], undefined],
    [['one', 'plain'], undefined],
    [['one'], ['two']],
    [['one', 'two'], ['two']],
    [['one'], ['plain', 'one']],
  ])('%j cannot be used beside %j', async (own, theirs) => {
    await expect(meet(own, theirs)).rejects.toMatchObject({ code: 'no_common_payload_key' });
    await expect(meet(theirs ?? ['plain'], own)).rejects.toMatchObject({ code: 'no_common_payload_key' });
  });
});
