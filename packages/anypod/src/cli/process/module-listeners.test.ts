import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { holdModuleListeners } from './module-listeners.ts';

/** A process with anypod's own listener, and the log. */
async function start() {
  const target = new EventEmitter();
  const calls: string[] = [];
  const warnings: string[] = [];
  const own = () => void calls.push('own');
  target.on('SIGTERM', own);
  const log = {
    info: () => undefined,
    warn: (fields: object, message: string) => void warnings.push(`${JSON.stringify(fields)} ${message}`),
  };
  const listeners = holdModuleListeners(target, log);
  return { target, calls, warnings, own, run: () => listeners.run({ event: 'SIGTERM', args: ['SIGTERM'] }) };
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(resolve));

describe('the listeners of a module', () => {
  it.each(['on', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'that %s adds run only in the end',
    async (add) => {
      const { target, calls, run } = await start();
      target[add]('SIGTERM', (signal: string) => void calls.push(`module ${signal}`));
      await settled();
      target.emit('SIGTERM');
      expect(calls).toEqual(['own']);
      await run();
      expect(calls).toEqual(['own', 'module SIGTERM']);
    },
  );

  it('are logged once, with the remedy, and listeners of other events are not', async () => {
    const { target, warnings } = await start();
    target.on('exit', () => undefined);
    for (let time = 0; time < 3; time += 1) {
      target.on('SIGTERM', () => undefined);
      await settled();
    }
    expect(warnings).toEqual([expect.stringMatching(/"SIGTERM".*after the drain.*remove it/)]);
  });

  it('do not grow with each server', async () => {
    const { target, warnings } = await start();
    for (let server = 0; server < 100; server += 1) {
      target.on('SIGTERM', () => undefined);
      await settled();
    }
    expect(target.listenerCount('SIGTERM')).toBe(9);
    expect(warnings[1]).toMatch(/only 8 are kept/);
  });

  it('may be removed by the module', async () => {
    const { target, calls, run } = await start();
    const listener = () => void calls.push('module');
    target.once('SIGTERM', listener);
    await settled();
    target.removeListener('SIGTERM', listener);
    await run();
    expect(calls).toEqual([]);
    expect(target.listenerCount('SIGTERM')).toBe(1);
  });

  it('do not affect those of anypod, even if the module removes all', async () => {
    const { target, own } = await start();
    target.removeAllListeners('SIGTERM');
    await settled();
    expect(target.listeners('SIGTERM')).toEqual([own]);
  });

  it('may fail without an effect on the others', async () => {
    const { target, calls, run } = await start();
    target.on('SIGTERM', () => {
      throw new Error('no');
    });
    const slow: () => unknown = async () => void calls.push('module');
    target.on('SIGTERM', slow);
    await settled();
    await run();
    expect(calls).toEqual(['module']);
  });
});
