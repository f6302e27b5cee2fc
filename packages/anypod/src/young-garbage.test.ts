/**
 * Values that come and go with every call must die young. A list that keeps its dead alive leaves kilobytes per call for a full collection, and
 * causes pauses to move them. The test measures in a separate process how much the old generation grows.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);

const FLAGS = ['--expose-gc', '--single-threaded-gc', '--max-semi-space-size=1', '--initial-old-space-size=512'];
/** Each measurement takes half a second of CPU, which a busy machine may not provide for a while. */
const PATIENCE_MS = 60_000;

/** Adds a value. The returned function removes it. */
type Enter = (value: object) => () => unknown;

/** `start` gets the module's exports. It runs in another process, so it can use nothing else. */
interface Place {
  readonly file: string;
  /** How many values there are at a time. Default 70. Fewer of what is large, or the young generation has no room for them. */
  readonly atOnce?: number;
  readonly start: (exports: never) => Enter;
}

const CONTROL: Place = {
  file: './core/linked-list.ts',
  start: () => {
    const set = new Set<object>();
    return (value) => {
      set.add(value);
      return () => set.delete(value);
    };
  },
};

const PLACES: Readonly<Record<string, Place>> = {
  'linked lists': {
    file: './core/linked-list.ts',
    start: ({ LinkedList }: typeof import('./core/linked-list.ts')) => {
      const list = new LinkedList<object>();
      return (value) => {
        const link = list.push(value);
        return () => list.remove(link);
      };
    },
  },
  deadlines: {
    file: './pod/context/deadlines.ts',
    start: ({ createDeadlines }: typeof import('./pod/context/deadlines.ts')) => {
      const deadlines = createDeadlines(60_000, () => performance.now(), undefined as never);
      return (value) => {
        const deadline = deadlines.add({ late: () => void value });
        return () => deadlines.remove(deadline);
      };
    },
  },
  heartbeats: {
    file: './http/reply/heartbeats.ts',
    start: ({ createHeartbeats }: typeof import('./http/reply/heartbeats.ts')) => {
      const heartbeats = createHeartbeats(60_000, undefined as never);
      return (value) => heartbeats.add(() => value);
    },
  },
  'calls that stream': {
    file: './pod/streams/exchange.ts',
    atOnce: 4,
    start: ({ Exchange }: typeof import('./pod/streams/exchange.ts')) => {
      const nothing = () => undefined;
      const context = {
        ...{
          pod: 'pod',
          options: {},
          now: () => 0,
          heldSince: () => 0,
          random: () => 'x',
          turnEnd: async () => undefined,
        },
        ...{ background: { run: nothing }, deadlines: { add: nothing, remove: nothing } },
        eventIds: { exchangePrefix: () => 'x.' },
        store: { events: { begin: async () => ({ state: 'stored' }), append: async () => ({ state: 'stored' }) } },
      };
      const sink = { open: true, send: nothing, end: nothing, onClose: nothing };
      return (value) => {
        const watch = { answered: nothing, ended: nothing };
        const exchange = new Exchange(context as never, {} as never, {
          ...{ session: 's', protocolVersion: '2025-06-18', batch: false, onEnd: nothing, onLost: nothing },
          requests: [{ jsonrpc: '2.0', id: 1, method: 'tools/call' }],
          to: { reply: { form: 'either', watch, stream: () => sink, value } as never },
        });
        exchange.emit('{}');
        return () => exchange.respond({ jsonrpc: '2.0', id: 1, result: {} });
      };
    },
  },
  'calls without a session': {
    file: './mcp/modern/modern-calls.ts',
    start: ({ createModernCalls }: typeof import('./mcp/modern/modern-calls.ts')) => {
      const calls = createModernCalls();
      return (value) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        void calls.run(1, value as never, () => promise);
        return resolve;
      };
    },
  },
};

/**
 * By how many megabytes the old generation grows while values come and go, some at a time; the median of five rounds. The flags make the result
 * repeatable: one thread collects, the young generation has one size, and no full collection comes in between and removes what is to be counted.
 */
async function promoted({ file, atOnce = 70, start }: Place): Promise<number> {
  const script = `
    import { setImmediate as turn } from 'node:timers/promises';
    import { getHeapSpaceStatistics } from 'node:v8';
    const enter = (${start})(await import(${JSON.stringify(new URL(file, import.meta.url).href)}));
    const old = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 1e6;
    const grown = [];
    while (grown.length < 5) {
      const leave = new Array(${atOnce}).fill(() => undefined);
      gc();
      gc();
      const before = old();
      for (let number = 0; number < 30_000; number += 1) {
        leave[number % ${atOnce}]();
        leave[number % ${atOnce}] = enter({ text: new Array(100).fill(number) });
        if (number % ${Math.ceil(atOnce / 7)} === 0) await turn();
      }
      grown.push(old() - before);
      for (const one of leave) one();
    }
    console.log(grown.sort((one, other) => one - other)[2]);
    process.exit();`;
  const { stdout } = await run(process.execPath, [...FLAGS, '--input-type=module', '--eval', script]);
  return Number(stdout);
}

let control: number;
beforeAll(async () => {
  control = await promoted(CONTROL);
}, PATIENCE_MS);

test('a Set keeps what has left it, so the measurement can tell', () => {
  expect(control).toBeGreaterThan(5);
});

// They come to about a thirtieth of the control.
test.each(Object.entries(PLACES))(
  '%s keep nothing of what has left them',
  { timeout: PATIENCE_MS },
  async (_, place) => {
    expect(await promoted(place)).toBeLessThan(control / 4);
  },
);
