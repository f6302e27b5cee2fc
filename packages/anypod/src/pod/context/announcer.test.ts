import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnypodError } from '../../core/errors.ts';
import { silentLog } from '../../core/log.ts';
import { createAnnouncer } from './announcer.ts';
import { createBackground } from './background.ts';

describe('an announcer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start() {
    const background = createBackground(silentLog);
    const closing = new AbortController().signal;
    const announcer = createAnnouncer({ background, closing, now: () => Date.now(), log: silentLog }, 200);
    const told: string[] = [];
    const tell = (text: string) => async () => void told.push(text);
    return { announcer, told, tell };
  }

  it('tells the first at once and the last when its time is up [change.coalesced]', async () => {
    const { announcer, told, tell } = start();
    for (let n = 0; n < 100; n += 1) await announcer.announce('tools', tell(`${n}`));
    expect(told).toEqual(['0']);
    await vi.advanceTimersByTimeAsync(199);
    expect(told).toEqual(['0']);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['0', '99']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['0', '99']);
    expect(vi.getTimerCount()).toBe(0);
    await announcer.announce('tools', tell('later'));
    expect(told).toEqual(['0', '99', 'later']);
  });

  it('tells no more often than once in that time, however often it is asked [change.coalesced]', async () => {
    const { announcer, told, tell } = start();
    for (let n = 0; n < 1000; n += 1) {
      await announcer.announce('tools', tell(`${n}`));
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(told.length).toBeLessThanOrEqual(6);
    await vi.advanceTimersByTimeAsync(200);
    expect(told.at(-1)).toBe('999');
  });

  it('keeps different announcements apart [change.coalesced]', async () => {
    const { announcer, told, tell } = start();
    for (const what of ['a', 'b', 'a', 'b']) await announcer.announce(what, tell(what));
    expect(told).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(200);
    expect(told).toEqual(['a', 'b', 'a', 'b']);
  });

  it('resolves when the waiting announcement is told', async () => {
    const { announcer, tell } = start();
    const heard = vi.fn();
    await announcer.announce('a', tell('1'));
    await announcer.told('a');
    await announcer.announce('a', tell('2'));
    void announcer.told('a').then(heard);
    await vi.advanceTimersByTimeAsync(199);
    expect(heard).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toHaveBeenCalled();
  });

  it('tells waiting announcements when it is flushed or closed, and after it is closed all at once [change.coalesced]', async () => {
    const { announcer, told, tell } = start();
    for (const text of ['1', '2']) await announcer.announce('a', tell(text));
    announcer.flush();
    expect(told).toEqual(['1', '2']);
    await announcer.announce('a', tell('3'));
    announcer.close();
    expect(told).toEqual(['1', '2', '3']);
    for (const text of ['4', '5']) await announcer.announce('a', tell(text));
    expect(told).toEqual(['1', '2', '3', '4', '5']);
    await vi.advanceTimersByTimeAsync(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('repeats a waiting announcement while the store is away, and rejects one that is told at once', async () => {
    const { announcer, told, tell } = start();
    const away = () => Promise.reject(new AnypodError('store_unavailable', 'away'));
    await expect(announcer.announce('a', away)).rejects.toThrow('away');
    let tries = 0;
    await announcer.announce('a', () => (++tries < 3 ? away() : tell('back')()));
    vi.useRealTimers();
    announcer.flush();
    await vi.waitFor(() => expect(told).toEqual(['back']));
    expect(tries).toBe(3);
  });

  it('remembers a bounded number of announcements; beyond it each is told at once', async () => {
    const { announcer, told, tell } = start();
    for (let n = 0; n < 10_001; n += 1) await announcer.announce(`uri ${n}`, tell(`${n}`));
    await announcer.announce('uri 10000', tell('again'));
    expect(told.length).toBe(10_002);
  });
});
