import { EventEmitter } from 'node:events';
import { describe, it } from 'vitest';
import { createMemoryStore } from '../memory/index.ts';
import { describeStore } from '../testing/index.ts';
import type { Channel } from './channel.ts';
import { createSharedStore, offerStore } from './shared-store.ts';

/** Two ends of a channel that copies messages as one between processes does. */
function channelPair(): [Channel, Channel] {
  const [one, other] = [new EventEmitter(), new EventEmitter()];
  const end = (own: EventEmitter, far: EventEmitter): Channel => ({
    send(message) {
      const copy = structuredClone(message);
      setImmediate(() => far.emit('message', copy));
    },
    onMessage: (listener) => void own.on('message', listener),
    onClose: (listener) => void own.on('close', listener),
  });
  return [end(one, other), end(other, one)];
}

describeStore(
  { describe, it },
  {
    name: 'the store of another process',
    async open(options) {
      let now = Date.now();
      const store = createMemoryStore({ ...options, clock: () => now });
      const [a, b] = [0, 1].map(() => {
        const [here, there] = channelPair();
        offerStore(store, here);
        return createSharedStore(there);
      });
      if (a === undefined || b === undefined) throw new Error('two stores');
      return {
        a,
        b,
        async pass(ms) {
          now += ms;
        },
        close: () => store.close(),
      };
    },
  },
);
