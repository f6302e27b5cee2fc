import assert from 'node:assert/strict';
import { type Contract, sampleRecord } from './subject.ts';

export const sessionRegistryContract: Contract = {
  of: "changes of a session's registry",
  holds: {
    'are stored item by item, the last one of each, and read with the session': async ({ a, b }) => {
      assert.equal(await a.sessions.changeRegistry('none', new Map([['x', '1']])), undefined);
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await b.sessions.load('s', 'pod-b');
      const changed = await Promise.all([
        a.sessions.changeRegistry('s', new Map([['tool.enabled/one', 'false']])),
        b.sessions.changeRegistry(
          's',
          new Map([
            ['tool.enabled/two', 'false'],
            ['tool.title/__proto__', '"ö"'],
          ]),
        ),
      ]);
      for (const stored of changed) {
        assert.deepEqual(stored && { ...stored, pods: [...stored.pods].sort() }, {
          pods: ['pod-a', 'pod-b'],
          refused: 0,
        });
      }
      await b.sessions.changeRegistry('s', new Map([['tool.enabled/one', 'true']]));
      const loaded = await a.sessions.load('s', 'pod-a');
      const expected = [
        ['tool.enabled/one', 'true'],
        ['tool.enabled/two', 'false'],
        ['tool.title/__proto__', '"ö"'],
      ];
      assert.deepEqual([...(loaded?.registry ?? [])].sort(), expected);
    },

    'have a limit in bytes; what has no room is left out, with its earlier value': {
      options: { stateByteLimit: 64 },
      async check({ a }) {
        await a.sessions.create(sampleRecord('s'), 'pod-a');
        await a.sessions.changeRegistry('s', new Map([['title', '"short"']]));
        const changes = new Map([
          ['title', `"${'x'.repeat(100)}"`],
          ['enabled', 'false'],
        ]);
        assert.equal((await a.sessions.changeRegistry('s', changes))?.refused, 1);
        assert.deepEqual((await a.sessions.load('s', 'pod-a'))?.registry, new Map([['enabled', 'false']]));
        assert.equal((await a.sessions.changeRegistry('s', new Map([['title', `"${'x'.repeat(30)}"`]])))?.refused, 0);
      },
    },
  },
};
